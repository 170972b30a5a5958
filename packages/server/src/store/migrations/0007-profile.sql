-- The CA's profile that orders ask for (draft-ietf-acme-profiles); null: what the CA gives by itself.
alter table ca add column profile text;
-- For whoever asks what ends soon.
create index renewal_ending on renewal (not_after);
