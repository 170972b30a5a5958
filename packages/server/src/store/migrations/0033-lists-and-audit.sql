-- Lists and searches of a million domains: their names and whose they are, from one index each.

-- A walk in the order of names needs no more than this of each row.
alter table domain drop constraint domain_pkey, add constraint domain_pkey primary key (name) include (lineage_id);
-- The names of few lineages.
drop index domain_by_lineage;
create index domain_by_lineage on domain (lineage_id) include (name);

-- Calls that a role or a scope refuses are in the audit log, too: those of one caller for one operation in one hour are one row.
alter table audit
  -- How many calls it stands for; `address`, `about` and `at` are the first one's.
  add column count integer not null default 1,
  -- When the last of them came, where there were more than one.
  add column last_at timestamptz,
  -- Of refused calls the hour that it is for; null: it was let in.
  add column refused_in timestamptz;
create unique index audit_refused on audit (who, via, action, refused_in) where refused_in is not null;
