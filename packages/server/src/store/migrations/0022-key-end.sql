-- Private keys that are used no more are destroyed after a while.

alter table edge_group
  -- How long a key is kept when nothing uses it any more, in days; null: as the setting has it.
  add column keys_kept_days integer check (keys_kept_days >= 0);
alter table tenant
  -- Null: as its edge groups have it.
  add column keys_kept_days integer check (keys_kept_days >= 0);

-- When the certificate's key was destroyed; null: it was not.
alter table certificate add column key_destroyed_at timestamptz;

-- What was shared, and refused, is destroyed like others.
alter table shared_key
  alter column secret_id drop not null,
  add check (secret_id is not null or retired_at is not null);
create index shared_key_by_secret on shared_key (secret_id) where secret_id is not null;

-- Certificates' keys that something has ceased to use.
create table key_end (
  secret_id bigint primary key references secret on delete cascade,
  unused_since timestamptz not null,
  -- When it is next looked at whether it is to be destroyed.
  wake_at timestamptz not null
);
create index key_end_due on key_end (wake_at);

insert into key_end (secret_id, unused_since, wake_at)
select secret_id, now(), now() from (
  select certificate.key_secret_id as secret_id
  from certificate join lineage on lineage.id = certificate.lineage_id
  where lineage.certificate_id <> certificate.id or lineage.state = 'removed'
  union
  select key_secret_id from issuance where ended_at is not null and state_kind <> 'issued'
  union
  select secret_id from shared_key where retired_at is not null
) ended where secret_id is not null;
