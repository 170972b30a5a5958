-- Since when every attempt has failed; null: the last one succeeded, or none has ended.
alter table lineage add column failing_since timestamptz;
update lineage set failing_since = least(wanted_at, now()) where failure_code is not null and state <> 'removed';
create index lineage_failing on lineage (id) where failing_since is not null and state <> 'removed';
create index lineage_check_failing on lineage_check (lineage_id) where failing_since is not null and wake_at is not null;
