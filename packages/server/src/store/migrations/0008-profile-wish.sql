-- Certificate profiles that domains wish for: null is what is usual at the CA.
alter table lineage add column profile text;
alter table campaign add column profile text;
-- What the order is to ask for; null: nothing.
alter table issuance add column profile text;
-- What the CA's directory offers.
alter table ca add column profiles text[] not null default '{}';
