-- Processes that look at names for the checks of others: what is reached from there.

create table vantage (
  name text primary key,
  seen_at timestamptz not null
);

-- A look that was asked for. Rows live for seconds; what a crash leaves is swept. Unlogged: lost, a look is made again.
create unlogged table vantage_look (
  id bigint generated always as identity primary key,
  vantage text not null,
  name text not null,
  asked_at timestamptz not null,
  taken_at timestamptz,
  -- What was seen; null: nothing yet.
  facts jsonb
);
create index vantage_look_open on vantage_look (vantage, id) where taken_at is null;

update lineage_check set findings = (
  select coalesce(jsonb_agg(finding || '{"seenFrom": []}'::jsonb), '[]'::jsonb)
  from jsonb_array_elements(findings::jsonb) finding
);
