-- Mass replacement, revocation, and which key a certificate is for.

alter table certificate
  -- Lower-case hex SHA-256 of the key's SubjectPublicKeyInfo; null: not read from the chain yet; '': it cannot be read.
  add column spki text,
  add column revoked_at timestamptz,
  -- As RFC 5280 section 5.3.1 names it; null: it is not revoked, or the CA knew it as revoked already.
  add column revocation_reason text;
create index certificate_by_spki on certificate (spki);
create index certificate_without_spki on certificate (id) where spki is null;

-- Many certificates that are to be replaced before their time: a mass event.
create table replacement (
  id bigint generated always as identity primary key,
  state text not null check (state in ('draft', 'running', 'paused', 'cancelled', 'done')),
  -- Which certificates, as the API takes it.
  selection jsonb not null,
  -- As RFC 5280 section 5.3.1 names it.
  reason text not null,
  -- Whether each is revoked once its successor is served.
  then_revoke boolean not null,
  -- Whether no certificate is made for the keys of these any more.
  refuses_keys boolean not null,
  -- The token that asked, by its name.
  created_by text not null,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  -- Certificates chosen so far; those of a list that is being sent among them.
  size integer not null default 0,
  -- The certificates are gone through by id: 1, those of the selection; 2, others of the keys that are refused.
  pass integer not null default 1,
  looked_to bigint not null default 0,
  look_until bigint not null default 0,
  -- What it comes to, as it was when it began: the domain package's ReplacementPlan; null: it has not begun.
  plan jsonb,
  -- When it is next fed; null: nothing is owed.
  wake_at timestamptz
);
create index replacement_due on replacement (wake_at) where wake_at is not null;

create table replacement_item (
  replacement_id bigint not null references replacement,
  certificate_id bigint not null references certificate,
  lineage_id bigint not null references lineage,
  -- Since when its lineage is due; null: it waits for others.
  released_at timestamptz,
  replaced_at timestamptz,
  primary key (replacement_id, certificate_id)
);
create index replacement_item_open on replacement_item (lineage_id) where replaced_at is null;
create index replacement_item_held on replacement_item (replacement_id, certificate_id)
  where released_at is null and replaced_at is null;
create index replacement_item_replaced on replacement_item (replacement_id, replaced_at) where replaced_at is not null;

-- Certificates that are to be revoked, or were.
create table revocation (
  certificate_id bigint primary key references certificate,
  ca_id bigint not null references ca,
  -- As RFC 5280 section 5.3.1 names it.
  reason text not null,
  -- 'waiting': its successor is not served everywhere yet. 'due': the CA is to be told. 'failed': it will not.
  state text not null check (state in ('waiting', 'due', 'revoked', 'failed')),
  replacement_id bigint references replacement,
  requested_by text not null,
  requested_at timestamptz not null,
  failures integer not null default 0,
  -- The CA's words, or the network's; null: nothing failed.
  failure_detail text,
  ended_at timestamptz,
  -- When it is next looked at; the end of the lease while a process does; null: it has ended.
  wake_at timestamptz
);
create index revocation_due on revocation (wake_at) where wake_at is not null;
create index revocation_by_replacement on revocation (replacement_id, state) where replacement_id is not null;

-- Keys that no certificate is made for any more.
create table refused_key (
  spki text primary key,
  reason text not null,
  replacement_id bigint references replacement,
  refused_at timestamptz not null
);
create index refused_key_by_replacement on refused_key (replacement_id) where replacement_id is not null;

-- Which key the next certificate is for. 'new': one of its own each time. 'keep': the last one, for so many renewals.
-- 'shared': the one of all of them.
alter table edge_group
  add column key_policy text not null default 'new' check (key_policy in ('new', 'keep', 'shared')),
  add column key_renewals integer check (key_renewals > 0),
  add check ((key_policy = 'keep') = (key_renewals is not null));
alter table tenant
  -- Null: as its edge groups have it.
  add column key_policy text check (key_policy in ('new', 'keep', 'shared')),
  add column key_renewals integer check (key_renewals > 0),
  add check ((key_policy is not distinct from 'keep') = (key_renewals is not null));

create table shared_key (
  id bigint generated always as identity primary key,
  edge_group_id bigint references edge_group,
  tenant_id bigint references tenant,
  key_type text not null check (key_type in ('p256', 'rsa2048')),
  secret_id bigint not null references secret,
  spki text not null,
  created_at timestamptz not null,
  -- Refused since; null: it is the one.
  retired_at timestamptz,
  check (num_nonnulls(edge_group_id, tenant_id) = 1)
);
create unique index shared_key_current on shared_key (edge_group_id, tenant_id, key_type) nulls not distinct
  where retired_at is null;
