-- Renewal information (RFC 9773): when its CA says that a certificate is to be renewed.
alter table ca
  -- Whether its directory offers it; and when a process last set out to look, null: never.
  add column offers_renewal_info boolean not null default false,
  add column directory_read_at timestamptz;

-- Of the certificate that a lineage holds. A table of its own, as it is written several times a day.
create table renewal (
  lineage_id bigint primary key references lineage,
  certificate_id bigint not null references certificate,
  ca_id bigint not null references ca,
  -- How the CA is asked for it (RFC 9773 section 4.1); null: not read from the chain yet.
  ari_id text,
  -- The certificate's.
  not_before timestamptz not null,
  not_after timestamptz not null,
  -- What the CA told last; null: nothing yet.
  window_start timestamptz,
  window_end timestamptz,
  explanation_url text,
  -- The CA has moved the window into the past: the certificate is, or soon will be, revoked.
  urgent boolean not null default false,
  -- Times in a row that the CA was in trouble when it was asked.
  failures integer not null default 0,
  -- When it is asked next; the end of the lease while a process does; null: never.
  poll_at timestamptz,
  check ((window_start is null) = (window_end is null))
) with (fillfactor = 80);
create index renewal_due on renewal (poll_at) where poll_at is not null;
insert into renewal (lineage_id, certificate_id, ca_id, not_before, not_after)
select lineage.id, certificate.id, certificate.ca_id, certificate.not_before, certificate.not_after
from lineage join certificate on certificate.id = lineage.certificate_id where lineage.state <> 'removed';

alter table issuance
  -- The certificate that the order is to name as the one it replaces, by its ari_id; null: none.
  add column replaces text,
  -- With which it was planned.
  add column exemption text not null default 'none' check (exemption in ('none', 'same-set', 'renewal-information'));
