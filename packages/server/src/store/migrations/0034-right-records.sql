-- What DNS said of each name when its check last passed, so that a renewal that fails names what has changed. Apart from the checks,
-- whose rows are written at each: this one only when something differs.

create table right_records (
  lineage_id bigint primary key references lineage (id),
  -- Of each name: addresses, alias, caa, until. Some 150 bytes, 20 records of 300 characters at most.
  records jsonb not null
);

update lineage_check set findings = (
  select jsonb_agg(finding || '{"before": null}'::jsonb) from jsonb_array_elements(findings::jsonb) finding
) where findings::jsonb <> '[]'::jsonb;
