-- With which it stood in line; null: it was planned before that was kept.
alter table issuance add column turn double precision;
