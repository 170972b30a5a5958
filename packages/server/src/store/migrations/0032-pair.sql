-- Pairs: an RSA certificate beside a P-256 one for the same names. Each has a lineage; the RSA one is the other's twin.

alter table edge_group
  -- Whether domains that do not say have pairs.
  add column paired boolean not null default false;
alter table edge
  -- Whether it takes twins, by its last snapshot; what it does not take it is not behind with.
  add column takes_twins boolean not null default false;
alter table tenant
  -- The same of its domains, whatever their edge groups say; null: as those have it.
  add column paired boolean;
alter table campaign
  -- What its domains say.
  add column paired boolean;
alter table lineage
  -- Whether it is to have a twin; null: as its tenant or its edge group has it.
  add column paired boolean,
  -- Whose twin it is: it has no domains of its own, and its names are those of the other's certificate. Null: nobody's.
  add column twin_of bigint references lineage,
  add constraint lineage_pair check (
    case when twin_of is null then paired is not true or key_type = 'p256' else key_type = 'rsa2048' and paired is null end);
-- Twins that were ended stay for the record.
create unique index lineage_twin on lineage (twin_of) where twin_of is not null and state <> 'removed';
create index lineage_twins on lineage (twin_of) where twin_of is not null;
