-- What people look at: search, filters and sorting of a million domains, and a person's pause.

-- Trusted since PostgreSQL 13: whoever may make a table's schema may make it.
create extension if not exists pg_trgm;
create index domain_search on domain using gin (name gin_trgm_ops);

alter table lineage
  -- When its certificate ends, as the certificate's row has it; null: it has none.
  add column expires_at timestamptz,
  -- Since when `state` is what it is.
  add column state_at timestamptz not null default date_trunc('milliseconds', now()),
  -- Who paused it, for people; null: nobody did.
  add column paused_by text,
  add check (paused_by is null or state = 'paused');
update lineage set state_at = coalesce(rests_since, removed_at, failing_since, created_at),
  expires_at = (select not_after from certificate where certificate.id = lineage.certificate_id);

create index lineage_by_expiry on lineage (expires_at, id) where expires_at is not null;
create index lineage_by_change on lineage (state_at, id);
create index lineage_by_tenant on lineage (tenant_id, id) where tenant_id is not null;
create index lineage_by_ca on lineage (ca_id, id);
-- With `lineage_served` all of an edge group.
create index lineage_not_served on lineage (edge_group_id, id) where certificate_id is null;
-- Most are active: those are found by any order, the others by this.
create index lineage_by_state on lineage (state, id) where state <> 'active';
create index lineage_first_delivery on lineage (id) where state = 'active' and served_certificate_id is null;
create index lineage_by_failure on lineage (failure_code, id) where failure_code is not null;

-- The steps on the way, in the order of the feed; with `event_told` all events that are followed live. Its condition is in
-- read/live-feed.ts, too.
create index event_step on event (xact, id) where kind in ('order.created', 'challenge.published', 'validated',
  'finalized', 'issuance.delayed');

-- What edges could not take.
create index delivery_refused on delivery (edge_id) where error is not null;

-- What is counted as it happens: how many by hour and what they are of. Written with the place in the feed up to which it
-- is counted, so that every event is in it once.
create table tally (
  hour timestamptz not null,
  -- 'issued', 'failed', 'in-time', 'time-to-certificate', 'step order', … See domain's measure.
  measure text not null,
  -- 0: of no CA that is here.
  ca_id bigint not null,
  -- '': of no class.
  class text not null,
  -- Of what failed; '' else.
  code text not null,
  -- Of durations (domain's duration-bucket.ts); 0 else.
  bucket smallint not null,
  count bigint not null,
  primary key (measure, hour, ca_id, class, code, bucket)
);
create index tally_by_age on tally (hour);

-- One row.
create table tally_place (
  singleton boolean primary key default true check (singleton),
  -- All up to and with this event is counted, and nothing from before `since`.
  xact xid8 not null,
  event_id bigint not null,
  since timestamptz not null,
  until timestamptz not null
);
insert into tally_place (xact, event_id, since, until)
values (pg_snapshot_xmin(pg_current_snapshot()), 0, now(), now());

-- One row: what is counted over the whole fleet from time to time, by one process for all.
create table survey (
  singleton boolean primary key default true check (singleton),
  -- Null: it was never counted.
  taken_at timestamptz,
  counts jsonb,
  wake_at timestamptz not null default '-infinity'
);
insert into survey default values;
