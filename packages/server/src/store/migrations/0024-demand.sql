-- When a handshake last had a lineage without a certificate tried at once; null: never.
alter table lineage add column demanded_at timestamptz;

-- How many were begun so for names of a registered domain since an instant.
create table demand (
  registered_domain text primary key,
  since timestamptz not null,
  begun integer not null
);
create index demand_by_age on demand (since);
