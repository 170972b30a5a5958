-- What was seen of a lineage's names before its first order, and when they are looked at again.
create table lineage_check (
  lineage_id bigint primary key references lineage,
  -- When they are checked next; the end of the lease while a process does; null: nothing is owed.
  wake_at timestamptz,
  -- Rises with every claim and every check that a person asks for; a write that carries an older one is refused.
  fence bigint not null default 0,
  -- Enrolled by a campaign: it is checked when no customer waits for a check.
  for_campaign boolean not null default false,
  -- The order may be made without another check: it was just made, or a person wants the order whatever it said.
  cleared boolean not null default false,
  -- Failing checks in a row, since when, and when an order was last made though they failed.
  failing integer not null default 0,
  failing_since timestamptz,
  ordered_anyway_at timestamptz,
  -- The last check; null: none has ended.
  checked_at timestamptz,
  -- What it found: the domain package's Finding, as a list.
  findings jsonb not null default '[]'
);
create index lineage_check_due on lineage_check (for_campaign, wake_at) where wake_at is not null;
