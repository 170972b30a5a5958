-- A domain's whole life (domain's life/): states, giving up, names that are left out, checks of all that is alive, a good-bye.

alter table lineage drop constraint lineage_state_check;
alter table lineage
  -- Since when every attempt has failed for what the customer has to put right; null: none has.
  add column unmended_since timestamptz,
  -- Since when it has been paused, given up or moved; null: it is none of these.
  add column rests_since timestamptz,
  -- When a moved one is removed; null: it is not moved.
  add column leaves_at timestamptz,
  -- What it is to be issued for, while some of it is left out of `names`; null: nothing is.
  add column all_names text[],
  -- By name: failures in a row that were its own; names that did not fail are not there.
  add column suspects jsonb not null default '{}',
  -- When names that are left out are tried again though no check says that they are right; null: never.
  add column rejoin_at timestamptz,
  -- When the keys of a removed one were destroyed; null: they are there, or it never had any.
  add column keys_destroyed_at timestamptz;
update lineage set unmended_since = failing_since
  where failure_code in ('dns', 'connection', 'tls', 'wrong-response', 'caa', 'name-rejected');
update lineage set state = 'failing' where state = 'active' and failing_since is not null;
update lineage set state = 'waiting' where state = 'failed'
  and (wake_at is not null or held
    or exists (select 1 from queue where queue.lineage_id = lineage.id)
    or exists (select 1 from lineage_check where lineage_check.lineage_id = lineage.id and lineage_check.wake_at is not null));
update lineage set state = case when failure_code = 'name-paused' then 'paused' else 'failed' end, rests_since = now()
  where state in ('failing', 'failed') and wake_at is null and not held
    and not exists (select 1 from queue where queue.lineage_id = lineage.id)
    and not exists (select 1 from issuance where issuance.lineage_id = lineage.id and ended_at is null);
alter table lineage add constraint lineage_state_check
  check (state in ('waiting', 'issuing', 'active', 'failing', 'paused', 'failed', 'moved', 'removed'));
create index lineage_rejoining on lineage (rejoin_at) where rejoin_at is not null;
-- Whose keys are to be destroyed.
create index lineage_keys_left on lineage (removed_at)
  where state = 'removed' and certificate_id is not null and keys_destroyed_at is null;

alter table lineage_check
  -- Whether the first order waits for it.
  add column holds_order boolean not null default false,
  -- 0: somebody waits for what it tells. 1: a campaign does. 2: a look at what is alive, once a day.
  add column rank smallint not null default 0 check (rank between 0 and 2),
  -- Since when the names of a certificate have led elsewhere; null: they did not at the last check.
  add column away_since timestamptz,
  -- Whether its names' addresses are looked at each minute, as they are what is wrong.
  add column watched boolean not null default false;
update lineage_check set holds_order = wake_at is not null, rank = case when for_campaign then 1 else 0 end;
drop index lineage_check_due;
alter table lineage_check drop column for_campaign;
create index lineage_check_due on lineage_check (rank, wake_at) where wake_at is not null;
drop index lineage_check_failing;
create index lineage_check_failing on lineage_check (lineage_id) where failing_since is not null and holds_order;
create index lineage_check_watched on lineage_check (lineage_id) where watched;

-- One row: whoever moves `wake_at` looks at the addresses of the watched names, from `after` on.
create table quick_look (
  singleton boolean primary key default true check (singleton),
  wake_at timestamptz not null default '-infinity',
  after bigint not null default 0
);
insert into quick_look default values;

-- A destroyed key leaves its certificate's row; whoever uses a key is found by it.
alter table certificate alter column key_secret_id drop not null;
create index certificate_by_key_secret on certificate (key_secret_id) where key_secret_id is not null;
create index issuance_by_key_secret on issuance (key_secret_id) where key_secret_id is not null;
