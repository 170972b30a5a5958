-- How a campaign is fed: its list, the wave that is being released, and when it is next looked at.
alter table campaign
  -- The CA that was asked for; null: the pool.
  add column ca_id bigint references ca,
  -- Null: the group `default`.
  add column edge_group_id bigint references edge_group,
  add column key_type text not null default 'p256' check (key_type in ('p256', 'rsa2048')),
  -- Certificates and names of the list, counted when the campaign starts.
  add column size integer not null default 0,
  add column domains integer not null default 0,
  -- What its packs save and cost: the domain package's PackingPrice; null: nothing is on the list.
  add column packing jsonb,
  -- Null: no wave has begun.
  add column wave_began_at timestamptz,
  -- Of the wave, not released yet.
  add column wave_left integer not null default 0,
  -- What had been tried when the wave's failures last paused the campaign: who resumes it has seen that.
  add column excused_issuance_id bigint,
  -- When its wave is next fed and judged, or its list taken down; null: nothing is owed.
  add column wake_at timestamptz;
create index campaign_due on campaign (wake_at) where wake_at is not null;
-- Those that a campaign still owes a certificate.
create index lineage_enrolling on lineage (campaign_id, id) where campaign_id is not null and certificate_id is null;
-- The small waves, which are counted often.
create index lineage_first_waves on lineage (campaign_id, wave) where wave < 3;
