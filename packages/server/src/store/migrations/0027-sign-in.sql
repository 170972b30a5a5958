-- Who signs in with a password of Certmill's own. Who comes by an OIDC provider has no row: the provider says who and what they are.
create table operator (
  id bigint generated always as identity primary key,
  name text not null unique,
  display_name text not null,
  role text not null check (role in ('viewer', 'support', 'operator', 'admin')),
  -- The only tenant they see; null: they see everything.
  tenant_id bigint references tenant,
  -- scrypt$N$r$p$salt$hash
  password text not null,
  created_at timestamptz not null,
  last_sign_in_at timestamptz
);

-- What somebody is, as of their signing in: a change of an operator ends their sessions. One that has ended has no row.
create table session (
  id bigint generated always as identity primary key,
  -- SHA-256 of the cookie's secret.
  hash bytea not null unique,
  method text not null check (method in ('local', 'oidc')),
  operator_id bigint references operator on delete cascade,
  who text not null,
  display_name text not null,
  role text not null check (role in ('viewer', 'support', 'operator', 'admin')),
  tenant_id bigint references tenant,
  address text,
  user_agent text,
  started_at timestamptz not null,
  -- To the minute.
  seen_at timestamptz not null,
  ends_at timestamptz not null,
  check ((method = 'local') = (operator_id is not null))
);
create index session_by_operator on session (operator_id) where operator_id is not null;
create index session_by_end on session (ends_at);

-- How often one has tried to sign in, by SHA-256 of the name or of the address: when its bucket is full again.
create table sign_in_pace (
  key bytea primary key,
  full_at timestamptz not null
);
create index sign_in_pace_by_end on sign_in_pace (full_at);

-- Answers of somebody who has signed in are kept by minus their session's id: ids begin at 1, and older processes go on.
comment on column idempotency.token_id is 'a token, or minus a session';
