-- What the CA's status page said, a hint that only slows; and when a process last set out to read it, null: never.
alter table ca
  add column status_hint text not null default 'fine' check (status_hint in ('fine', 'degraded', 'down')),
  add column status_read_at timestamptz;
