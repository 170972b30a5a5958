-- Traces (docs/decisions/0038-traces.md): one for each issuance, whichever processes work on it.

alter table issuance
  -- Its root span, which every span of it hangs beneath, as a W3C traceparent; null: it is not traced. Decided when it is
  -- planned, once for all processes.
  add column trace text,
  -- The span of the request that asked for it, as a W3C traceparent; null: nobody told one.
  add column trace_link text,
  -- Whether its root span is still to be told, which is done when it has ended.
  add column trace_owed boolean not null default false;
create index issuance_trace_owed on issuance (ended_at) where trace_owed and ended_at is not null;

alter table lineage
  -- The span of the request that asked for its next issuance, which takes it along; null: nobody told one.
  add column asked_trace text;
