-- The first schema. Forward only: a later change is a new file.
-- Instants are `*_at timestamptz`; `null` in a `wake_at` means nothing is owed.

-- One row. `id` names this installation in edge cursors, so that a cursor from another one is noticed.
create table installation (
  singleton boolean primary key default true check (singleton),
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now()
);
insert into installation default values;

create table tenant (
  id bigint generated always as identity primary key,
  name text not null unique,
  created_at timestamptz not null
);

-- Envelope encryption: `ciphertext` under a data key of its own, the data key wrapped by the
-- key-encryption key `kek_id`. Rotation rewrites `kek_id` and `wrapped_key` only.
create table secret (
  id bigint generated always as identity primary key,
  kek_id text not null,
  wrapped_key bytea not null,
  ciphertext bytea not null
);
create index secret_by_kek on secret (kek_id, id);

create table ca (
  id bigint generated always as identity primary key,
  name text not null unique,
  directory_url text not null,
  -- PEM roots that the CA's own HTTPS is verified against; null: the system's.
  root_pem text,
  -- 'public': names must be able to get a public certificate; 'private': single labels,
  -- reserved TLDs and public suffixes are accepted too.
  name_policy text not null check (name_policy in ('public', 'private')),
  max_orders_in_flight integer not null check (max_orders_in_flight > 0),
  is_default boolean not null,
  created_at timestamptz not null
);
create unique index ca_default on ca (is_default) where is_default;

create table account (
  id bigint generated always as identity primary key,
  ca_id bigint not null unique references ca,
  url text not null,
  key_secret_id bigint not null references secret,
  thumbprint text not null,
  contact text[] not null,
  created_at timestamptz not null
);

create table edge_group (
  id bigint generated always as identity primary key,
  name text not null unique,
  created_at timestamptz not null default now()
);
insert into edge_group (name) values ('default');

create table lineage (
  id bigint generated always as identity primary key,
  tenant_id bigint references tenant,
  ca_id bigint not null references ca,
  edge_group_id bigint not null references edge_group,
  -- A-labels, the primary name first, then the aliases in ascending order.
  names text[] not null check (cardinality(names) > 0),
  key_type text not null check (key_type in ('p256', 'rsa2048')),
  state text not null check (state in ('waiting', 'issuing', 'active', 'failed', 'removed')),
  -- When the next issuance is to start; null while one is live, and when removed or given up.
  wake_at timestamptz,
  -- Since when the coming certificate has been wanted: time-to-certificate counts from here.
  wanted_at timestamptz not null,
  -- The last attempt's failure; null after a success or before the first attempt.
  failure_code text,
  failure_detail text,
  -- Attempts failed in a row.
  failures integer not null default 0,
  -- The certificate to be served; null before the first.
  certificate_id bigint,
  created_at timestamptz not null,
  removed_at timestamptz
);
create index lineage_due on lineage (ca_id, wake_at) where wake_at is not null;
-- What an edge group serves.
create index lineage_served on lineage (edge_group_id, id) where certificate_id is not null;

-- A name belongs to one lineage at a time; a removed name keeps its last one for the record.
create table domain (
  -- "C": by bytes, so that the key also serves "begins with".
  name text collate "C" primary key,
  lineage_id bigint not null references lineage,
  created_at timestamptz not null
);
create index domain_by_lineage on domain (lineage_id);

create table issuance (
  id bigint generated always as identity primary key,
  lineage_id bigint not null references lineage,
  ca_id bigint not null references ca,
  names text[] not null,
  key_type text not null,
  -- The state's kind and, in `state`, all of it as the domain package writes it.
  state_kind text not null,
  state jsonb not null,
  -- The CA's order, as soon as the CA has told it: the first thing looked at after a crash.
  order_url text,
  -- Stored before finalize is sent.
  key_secret_id bigint references secret,
  csr bytea,
  -- When a worker next looks at it; the end of the lease while one has it; null once ended.
  wake_at timestamptz,
  -- Rises with every claim; a write that carries an older one is refused.
  fence bigint not null default 0,
  failure_code text,
  failure_detail text,
  started_at timestamptz not null,
  ended_at timestamptz
);
create unique index issuance_live on issuance (lineage_id) where ended_at is null;
create index issuance_due on issuance (wake_at) where ended_at is null;
create index issuance_live_by_ca on issuance (ca_id) where ended_at is null;
create index issuance_by_lineage on issuance (lineage_id, id);

create table certificate (
  id bigint generated always as identity primary key,
  lineage_id bigint not null references lineage,
  issuance_id bigint not null unique references issuance,
  ca_id bigint not null references ca,
  -- Lower-case hex, two digits a byte, without leading 00 bytes.
  serial text not null,
  issuer text not null,
  names text[] not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  -- Lower-case hex SHA-256 of the leaf's DER.
  fingerprint text not null,
  -- As the CA delivered it, leaf first.
  chain_pem text not null,
  key_secret_id bigint not null references secret,
  stored_at timestamptz not null
);
create index certificate_by_lineage on certificate (lineage_id, id);
create index certificate_by_serial on certificate (serial);
alter table lineage add foreign key (certificate_id) references certificate;

-- What the responder answers. A row lives from publication to the end of its issuance.
create table challenge_response (
  token text primary key,
  key_authorization text not null,
  issuance_id bigint not null references issuance,
  identifier text not null,
  published_at timestamptz not null
);
create index challenge_response_by_issuance on challenge_response (issuance_id);

-- Facts, appended. `xact` and `id` together order them for feeds: everything below the oldest running
-- transaction is final, so a reader that stays below it can neither skip nor repeat a row.
-- No foreign keys: events are only ever written beside the row they speak of, and outnumber all else.
create table event (
  id bigint generated always as identity primary key,
  xact xid8 not null default pg_current_xact_id(),
  at timestamptz not null,
  kind text not null,
  lineage_id bigint,
  issuance_id bigint,
  -- Set on what the edges of that group must act on.
  edge_group_id bigint,
  -- How long the step took that this event ends, in milliseconds; null when it ends none.
  duration_ms bigint,
  detail jsonb not null default '{}'
);
create index event_by_lineage on event (lineage_id, id);
create index event_feed on event (edge_group_id, xact, id) where edge_group_id is not null;

create table token (
  id bigint generated always as identity primary key,
  name text not null,
  -- SHA-256 of the bearer token.
  hash bytea not null unique,
  scope text not null check (scope in ('admin', 'tenant', 'edge')),
  tenant_id bigint references tenant,
  edge_group_id bigint references edge_group,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  check ((scope = 'tenant') = (tenant_id is not null)),
  check ((scope = 'edge') = (edge_group_id is not null))
);

create table edge (
  id bigint generated always as identity primary key,
  edge_group_id bigint not null references edge_group,
  name text not null,
  last_seen_at timestamptz not null,
  unique (edge_group_id, name)
);

-- The edges' word on what they serve: one row for each edge and lineage, the newest receipt.
create table delivery (
  edge_id bigint not null references edge,
  lineage_id bigint not null references lineage,
  certificate_id bigint not null references certificate,
  received_at timestamptz not null,
  -- Null: it is served. Else why the edge refused it.
  error text,
  primary key (edge_id, lineage_id)
);
create index delivery_by_lineage on delivery (lineage_id);

create table idempotency (
  token_id bigint not null,
  key text not null,
  request_hash bytea not null,
  status integer not null,
  response jsonb not null,
  created_at timestamptz not null,
  primary key (token_id, key)
);
create index idempotency_by_age on idempotency (created_at);
