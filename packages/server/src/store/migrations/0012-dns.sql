-- DNS-01: who writes records into which zones, and what is written.

create table dns_provider (
  id bigint generated always as identity primary key,
  name text not null unique,
  kind text not null check (kind in ('rfc2136', 'powerdns', 'acme-dns', 'exec', 'cloudflare', 'route53')),
  -- What of its access is no secret, as the API has it.
  settings jsonb not null,
  -- The rest, sealed, as JSON; null: there is none.
  secret_id bigint references secret,
  -- Whether it is for wildcards and wishes only; else every name of its zones is proven by DNS-01.
  wildcards_only boolean not null,
  created_at timestamptz not null
);

-- A name is in the longest of the zones that it is at or under.
create table dns_zone (
  name text collate "C" primary key,
  provider_id bigint not null references dns_provider on delete cascade,
  -- Whether names that are in no zone are to be delegated into this one, by a CNAME.
  takes_delegations boolean not null
);
create index dns_zone_by_provider on dns_zone (provider_id);
create unique index dns_zone_of_delegations on dns_zone (takes_delegations) where takes_delegations;

-- A TXT record that is meant to be in the DNS: stored before it is written, deleted after it was taken away.
create table dns_record (
  id bigint generated always as identity primary key,
  provider_id bigint not null references dns_provider on delete cascade,
  zone text not null,
  name text not null,
  value text not null,
  -- For whose challenge; null: it was a test's.
  issuance_id bigint references issuance,
  intended_at timestamptz not null,
  -- When it is to be taken away, the next try after one that failed; the end of the lease while a process does it.
  -- Null: it is to stay.
  remove_at timestamptz,
  -- Tries to take it away that failed, and why the last did.
  failures integer not null default 0,
  failure_detail text,
  unique (issuance_id, name, value)
);
create index dns_record_due on dns_record (remove_at) where remove_at is not null;
create index dns_record_by_name on dns_record (name);
create index dns_record_by_provider on dns_record (provider_id);

-- Whoever changes a name's records holds the name, so that two do not overwrite each other's texts.
create table dns_hold (
  name text primary key,
  holder uuid not null,
  until_at timestamptz not null
);

-- How its names are to be proven where a choice is; null: as is best.
alter table lineage add column challenge text check (challenge in ('http-01', 'dns-01'));

-- A challenge tells its type.
update issuance set state = jsonb_set(state, '{challenges}', (
  select coalesce(jsonb_agg(c || '{"type":"http-01"}'), '[]') from jsonb_array_elements(state->'challenges') c))
where state_kind = 'challenging' and ended_at is null;
