import { bucketOf, type Instant, milliseconds } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../../packages/server/src/store/database.ts";

/** A usual duration of each, in milliseconds. */
const usual = {
  "time-to-certificate": 9_000,
  "step order": 640,
  "step challenge": 210,
  "step validation": 3_100,
  "step finalize": 1_800,
  "step download": 320,
  "step delivery": 900,
} as const;

const hoursBack = 31 * 24;

/** How often each bucket beside the usual one, of a hundred: a long tail, as in life. */
const spread = [
  [-2, 15],
  [-1, 25],
  [0, 30],
  [1, 15],
  [2, 8],
  [4, 4],
  [8, 2],
  [14, 1],
] as const;

/** Counts of the last month, more by day than by night. */
export async function tallyHistory(db: Db, now: Instant): Promise<void> {
  const at = sql.lit(new Date(now).toISOString());
  const durations = Object.entries(usual).flatMap(([measure, milli]) =>
    spread.map(([off, share]) => ({ measure, bucket: bucketOf(milliseconds(milli)) + off, share })),
  );
  const counts = [
    { measure: "issued", bucket: 0, share: 100 },
    { measure: "in-time", bucket: 0, share: 97 },
    ...durations,
  ];
  await sql`
    with hours as (
      select date_trunc('hour', ${at}::timestamptz) - n * interval '1 hour' as hour,
        2 + (8 * (1 + sin((extract(hour from ${at}::timestamptz - n * interval '1 hour') - 8) / 24 * 6.283)))::int as busy
      from generate_series(0, ${sql.lit(hoursBack)}) n
    ), kinds as (
      select ca_id, class, weight from (values (1, 'interactive', 3), (1, 'renewal', 5), (1, 'campaign', 4), (2, 'renewal', 2)) as kinds (ca_id, class, weight)
    )
    insert into tally (hour, measure, ca_id, class, code, bucket, count)
    select hour, counted.measure, ca_id, class, '', counted.bucket, greatest(1, busy * weight * counted.share / 100)
    from hours, kinds, jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) as counted (measure text, bucket smallint, share int)
    union all
    select hour, 'failed', ca_id, class, code, 0, greatest(1, busy * weight / 40)
    from hours, kinds, unnest(array['dns', 'connection', 'caa']) code`.execute(db);
}
