import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { insertCa } from "../../packages/server/src/store/accounts.ts";
import type { Db } from "../../packages/server/src/store/database.ts";
import type { Lane } from "../../packages/server/src/store/planning/next-in-line.ts";

/** A CA with Let's Encrypt's limits, and an override that lets a bench plan thousands. */
export async function addBenchCa(db: Db, name: string, now: Instant): Promise<string> {
  const sealed = { kekId: "bench", wrappedKey: Buffer.from("w"), ciphertext: Buffer.from("c") };
  const caId = await insertCa(
    db,
    {
      name,
      directoryUrl: `https://${name}.test/directory`,
      rootPem: null,
      namePolicy: "public",
      maxOrdersInFlight: 100_000,
      makeDefault: false,
      weight: 100,
      limitSet: "letsencrypt",
      caaIdentities: [],
      profiles: [],
      profile: null,
      account: { url: `https://${name}.test/account/1`, key: sealed, thumbprint: "t", contact: [] },
    },
    now,
  );
  if (caId === null) throw new Error(`There is a CA "${name}" already.`);
  await sql`insert into limit_override (ca_id, limit_name, burst, count, period_ms, starts_at, created_at)
    values (${caId}, 'new-orders-per-account', 1000000, 1000000, 604800000, to_timestamp(0), now())`.execute(
    db,
  );
  return caId;
}

/** Rows in one statement; one for all would outlast the connection's time-out. */
const chunk = 50_000;

/**
 * `size` lineages in line, their turns mixed: half are of two campaigns, half of tenants' own renewals and new domains;
 * two CAs. Half as many again are not due, as in a fleet that lives.
 */
export async function fillLine(
  db: Db,
  { size, now }: { readonly size: number; readonly now: Instant },
): Promise<{ readonly lanes: readonly Lane[]; readonly tenants: number }> {
  const tenants = Math.ceil(size / 20);
  const at = sql.lit(new Date(now).toISOString());
  const caId = await addBenchCa(db, "first", now);
  await addBenchCa(db, "second", now);
  const before = [
    sql`insert into tenant (name, created_at) select 't' || n, ${at} from generate_series(1, ${sql.lit(tenants)}) n`,
    sql`insert into campaign (name, state, created_at) values ('spring', 'running', ${at}), ('summer', 'running', ${at})`,
    sql`insert into lane (class, campaign_id) values ('campaign', 1), ('campaign', 2), ('interactive', null), ('renewal', null)`,
  ];
  for (const statement of before) await statement.execute(db);
  const all = Math.ceil(size * 1.5);
  for (let from = 1; from <= all; from += chunk) {
    const upTo = Math.min(all, from + chunk - 1);
    await sql`
      with stored as (
        insert into lineage (ca_id, edge_group_id, tenant_id, names, key_type, state, wanted_at, wake_at, campaign_id, created_at)
        select ${sql.lit(caId)}, 1, n % ${sql.lit(tenants)} + 1, array['n' || n || '.example', 'www.n' || n || '.example'], 'p256', 'waiting', ${at},
          case when n > ${sql.lit(size)} then ${at}::timestamptz + interval '30 days' end,
          case when n % 4 < 2 then n % 4 + 1 end, ${at}
        from generate_series(${sql.lit(from)}, ${sql.lit(upTo)}) n
        returning id, wake_at
      )
      insert into queue (lineage_id, lane_id, turn, queued_at)
      select id, id % 4 + 1, (id * 7919) % ${sql.lit(size)}, ${at} from stored where wake_at is null`.execute(
      db,
    );
  }
  for (const table of ["lineage", "queue"]) await sql`vacuum analyze ${sql.table(table)}`.execute(db);
  const lanes = await db.selectFrom("lane").select(["id", "class", "campaign_id"]).orderBy("id").execute();
  return {
    tenants,
    lanes: lanes.map((lane) => ({
      id: lane.id,
      workClass: lane.class,
      campaignId: lane.campaign_id,
      ceiling: null,
    })),
  };
}
