-- Limits, what is left of them, who goes next, campaigns.

-- The built-in limits that the ledger begins with (domain's limit-sets.ts).
alter table ca add column limit_set text not null default 'none';
update ca set limit_set = case
  when directory_url like 'https://acme-v02.api.letsencrypt.org/%' then 'letsencrypt'
  when directory_url like 'https://acme-staging-v02.api.letsencrypt.org/%' then 'letsencrypt-staging'
  when directory_url like 'https://acme.zerossl.com/%' then 'zerossl'
  when directory_url like 'https://dv.acme-v02.%api.pki.goog/%' then 'google'
  else 'none' end;
-- The share of the pool's work; 0: only what a rule or a domain sends there.
alter table ca add column weight integer not null default 0 check (weight >= 0);
update ca set weight = 100 where is_default;
-- What CAA records call it, such as letsencrypt.org.
alter table ca add column caa_identities text[] not null default '{}';
-- Not planned for until then: it said 503, or asked for a pause; null: it is well.
alter table ca add column slow_until timestamptz;
-- The circuit breaker's memory, as the domain package writes it.
alter table ca add column health jsonb not null default '{}';

-- The CAs that a tenant's domains may have; null: all of the pool.
alter table tenant add column ca_ids bigint[];

create table campaign (
  id bigint generated always as identity primary key,
  name text not null unique,
  state text not null check (state in ('importing', 'running', 'paused', 'cancelled', 'done')),
  -- Why it is paused, for the operator; null while it is not.
  pause_reason text,
  finish_by timestamptz,
  -- Minutes of the UTC day in which orders begin; both null: always. A window may pass midnight.
  window_start integer check (window_start between 0 and 1439),
  window_end integer check (window_end between 0 and 1439),
  -- Orders begun in an hour at most; null: as the CAs allow.
  per_hour integer check (per_hour > 0),
  -- The ceiling's bucket, as in bucket.full_at.
  full_at double precision not null default 0,
  -- Names of customers in one certificate: 1, or packs.
  pack_names integer not null default 1 check (pack_names > 0),
  pack_across_tenants boolean not null default false,
  -- The wave that is under way: 1, 2, 3; its members are released together.
  wave integer not null default 1,
  -- Share of a wave's ended issuances that may fail before the campaign pauses itself.
  most_failed real not null default 0.5 check (most_failed between 0 and 1),
  -- Over how many days before their time the first renewals of its certificates are spread.
  renewal_spread_days integer not null default 15 check (renewal_spread_days between 0 and 60),
  created_at timestamptz not null,
  ended_at timestamptz,
  check ((window_start is null) = (window_end is null))
);

alter table lineage
  -- Whether `ca_id` was asked for; else it is the CA of the newest issuance, and the next may be another.
  add column pinned boolean not null default false,
  -- CAs that refused these names, by CAA or by policy; emptied when a person tries again.
  add column avoid_ca_ids bigint[] not null default '{}',
  add column campaign_id bigint references campaign,
  add column wave integer,
  -- Enrolled by a campaign that has not come to it; it has no `wake_at` and is in no queue.
  add column held boolean not null default false;
create index lineage_held on lineage (campaign_id, id) where held;
-- Rests because no CA may have it; looked for when CAs or rules change.
create index lineage_stranded on lineage (id) where failure_code = 'no-ca';
create index lineage_by_campaign on lineage (campaign_id, id) where campaign_id is not null;
drop index lineage_due;
create index lineage_due on lineage (wake_at) where wake_at is not null;

alter table issuance
  add column class text not null default 'interactive'
    check (class in ('emergency', 'interactive', 'renewal', 'campaign')),
  -- What it has reserved: the domain package's Spending, as a list.
  add column spending jsonb not null default '[]';

-- One row: whoever has it plans for all.
create table planner (
  singleton boolean primary key default true check (singleton),
  -- When limits next allow what waits in line; null: no one waits for an account's limit.
  wake_at timestamptz,
  -- When what says nothing any more was last removed.
  swept_at timestamptz not null default '-infinity'
);
insert into planner default values;

-- Those that may go to the same CAs, in the same class, of the same campaign, wait in one line.
create table lane (
  id bigint generated always as identity primary key,
  class text not null check (class in ('emergency', 'interactive', 'renewal', 'campaign')),
  -- In ascending order; null: the pool.
  ca_ids bigint[],
  campaign_id bigint references campaign,
  unique nulls not distinct (class, ca_ids, campaign_id)
);

-- The turn of the last that was taken, by class: who joins later starts from here.
create table class_turn (
  class text primary key,
  turn double precision not null
);
insert into class_turn values ('emergency', 0), ('interactive', 0), ('renewal', 0), ('campaign', 0);

-- The turn of the last that joined, by class and whose they are: what makes a tenant's thousand wait for
-- another's one. One that is behind its class says nothing and is dropped.
create table flow (
  class text not null,
  key text not null,
  turn double precision not null,
  primary key (class, key)
);

-- Lineages that are due and wait for their turn.
create table queue (
  lineage_id bigint primary key references lineage,
  lane_id bigint not null references lane,
  turn double precision not null,
  queued_at timestamptz not null,
  -- Waits for a limit that is its own (a registered domain's, a name's) until then; null: in line.
  parked_until timestamptz,
  -- Of that limit: "<CA> <limit> <key>", for people; null: in line.
  parked_for text
);
create index queue_next on queue (lane_id, turn) where parked_until is null;
create index queue_parked on queue (parked_until) where parked_until is not null;

-- What is left of a limit, as far as we know. A bucket without a row is full.
create table bucket (
  ca_id bigint not null references ca,
  limit_name text not null,
  key text not null,
  -- Milliseconds since the epoch at which it is full again, with fractions.
  full_at double precision not null,
  -- Planned, and not yet known to be spent.
  reserved integer not null default 0 check (reserved >= 0),
  -- When each class may take from what is kept for others, as in full_at.
  turns jsonb not null default '{}',
  -- Up to when its refills are promised to lineages that are parked for it, as in full_at.
  promised_until double precision not null default 0,
  primary key (ca_id, limit_name, key)
);
create index bucket_stale on bucket (full_at) where reserved = 0;

-- What happened to buckets and CAs since the last planning, appended by whoever saw it: no commit of an issuance
-- waits for a bucket's row. The next planning folds them in and deletes them.
create table ledger_entry (
  id bigint generated always as identity primary key,
  ca_id bigint not null,
  issuance_id bigint,
  at timestamptz not null,
  -- The domain package's LedgerChange.
  change jsonb not null
);

-- A limit that a CA granted or that an operator keeps to. The newest that has started holds; one with a key before
-- one without, and both before the built-in.
create table limit_override (
  id bigint generated always as identity primary key,
  ca_id bigint not null references ca,
  limit_name text not null,
  -- A registered domain or an account's id; null: every key.
  key text,
  burst integer not null check (burst > 0),
  count integer not null check (count > 0),
  period_ms bigint not null check (period_ms > 0),
  starts_at timestamptz not null,
  note text,
  created_at timestamptz not null
);
create index limit_override_by_ca on limit_override (ca_id, starts_at);

-- Planned orders by hour, CA, limit and whose: who spent the budget.
create table spent_hour (
  ca_id bigint not null,
  hour timestamptz not null,
  class text not null,
  -- 'tenant <id>', 'campaign <id>' or '' for domains of no tenant.
  spender text not null,
  orders integer not null,
  primary key (ca_id, hour, class, spender)
);
create index spent_hour_by_age on spent_hour (hour);

-- When the next request to a CA may go out, by kind of resource; shared by all processes.
create table request_pace (
  ca_id bigint not null references ca,
  resource text not null,
  -- As in bucket.full_at.
  full_at double precision not null,
  primary key (ca_id, resource)
);
