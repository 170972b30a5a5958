-- Certificates that near their end unrenewed. The instant at which a fifth of the lifetime is left, as a length since 1970:
-- an index takes only what is the same in every time zone. Its expression is in expiring.ts, too.
create index certificate_nearing_end on certificate
  ((not_after - timestamptz '1970-01-01 00:00:00+00' - (not_after - not_before) / 5));

-- One row: up to when the certificates that have come there were told.
create table expiry_watch (
  singleton boolean primary key default true check (singleton),
  looked_until timestamptz not null default now() - interval '30 days'
);
insert into expiry_watch default values;

-- Those that were told, while they are held.
create table expiry_alert (
  certificate_id bigint primary key references certificate,
  -- When it is told again; null: no more.
  next_at timestamptz
);
create index expiry_alert_due on expiry_alert (next_at) where next_at is not null;
