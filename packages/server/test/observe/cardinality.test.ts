/** How much Prometheus has to keep of a large fleet: as many series as there are CAs, classes, steps, codes and edge groups. */
import { failureCodes, instant, limitNames, milliseconds, seconds, workClasses } from "@certmill/domain";
import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compose } from "../../src/compose.ts";
import { newKeyLine } from "../../src/keys/key-ring.ts";
import { observeIssuance } from "../../src/observe/issuance-events.ts";
import { Metrics } from "../../src/observe/metrics.ts";
import type { ClaimedIssuance } from "../../src/store/claim-issuances.ts";
import type { Db } from "../../src/store/database.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { startFleet } from "../store/fleet.ts";

const domains = 100_000;
const tenants = 1_000;
const edges = 400;
const edgeGroups = 5;
const now = instant(Date.now());

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

async function fill(db: Db): Promise<void> {
  const at = sql.lit(new Date(now).toISOString());
  const group = sql`(select array_agg(id order by id) from edge_group)[1 + n % ${sql.lit(edgeGroups)}]`;
  const statements = [
    sql`insert into tenant (name, created_at) select 'tenant-' || n, ${at} from generate_series(1, ${sql.lit(tenants)}) n`,
    sql`insert into edge_group (name) select 'group-' || n from generate_series(2, ${sql.lit(edgeGroups)}) n`,
    sql`insert into edge (edge_group_id, name, last_seen_at)
      select ${group}, 'edge-' || n, ${at}::timestamptz - n * interval '1 second'
      from generate_series(1, ${sql.lit(edges)}) n`,
    sql`insert into campaign (name, state, finish_by, created_at)
      select 'campaign-' || n, 'running', ${at}::timestamptz + interval '1 day', ${at} from generate_series(1, 50) n`,
    sql`insert into secret (kek_id, wrapped_key, ciphertext) values ('gone', 'w', 'c')`,
    sql`insert into lineage (id, tenant_id, ca_id, edge_group_id, names, key_type, state, wanted_at, created_at, campaign_id, certificate_id)
      overriding system value
      select n, 1 + n % ${sql.lit(tenants)}, 1, (select array_agg(id order by id) from edge_group)[1 + n / 5 % ${sql.lit(edgeGroups)}], array['n' || n || '.example.com'], 'p256', 'active', ${at}, ${at},
        case when n % 10 = 0 then 1 + n / 10 % 50 end, case when n % 5 = 0 then n end
      from generate_series(1, ${sql.lit(domains)}) n`,
    sql`insert into domain (name, lineage_id, created_at) select names[1], id, ${at} from lineage`,
    sql`insert into certificate (id, lineage_id, ca_id, serial, issuer, names, not_before, not_after, fingerprint, chain_pem, stored_at)
      overriding system value
      select id, id, 1, to_hex(id), 'CN=Test', names, ${at}, ${at}, '00', 'chain', ${at}::timestamptz - interval '1 hour' from lineage where certificate_id is not null`,
    sql`insert into renewal (lineage_id, certificate_id, ca_id, not_before, not_after, poll_at)
      select lineage_id, id, 1, ${at}::timestamptz - interval '60 days', ${at}::timestamptz + lineage_id % 90 * interval '1 day', ${at} from certificate`,
    sql`insert into lane (class, campaign_id) values ('emergency', null), ('interactive', null), ('renewal', null), ('campaign', 1)`,
    sql`insert into queue (lineage_id, lane_id, turn, queued_at, parked_until, parked_for)
      select id, 1 + id % 4, id, ${at}, case when id % 3 = 0 then ${at}::timestamptz + interval '1 day' end,
        case when id % 3 = 0 then 'test new-certificates-per-registered-domain n' || id || '.example' end
      from lineage where id % 5 = 0`,
    sql`analyze`,
  ];
  await db.transaction().execute(async (trx) => {
    // What refers to what is right; to have that checked row by row takes longer than all else.
    await sql`set local session_replication_role = replica`.execute(trx);
    for (const statement of statements) await statement.execute(trx);
  });
}

const seriesIn = (text: string): readonly string[] =>
  text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

test("a scrape of 100,000 domains has a bounded number of series, and no label that names one of them", async () => {
  await using fleet = await startFleet(postgres);
  await fill(fleet.db);
  const free = { host: "127.0.0.1", port: 0 };
  const running = await compose(
    {
      dataDir: "",
      database: { kind: "postgresql", url: fleet.url, connections: 5 },
      roles: new Set(["api"]),
      apiListen: free,
      responderListen: free,
      metricsListen: free,
      keys: { kind: "text", text: newKeyLine(new Date(0)) },
      adminToken: null,
      workerConcurrency: 1,
      lease: seconds(60),
      caTimeout: seconds(10),
      drain: milliseconds(0),
      statusPages: false,
      renewalInfo: false,
      logLevel: "silent",
    },
    { clock: { now: () => now, wait: async () => {} }, log: pino({ level: "silent" }) },
  );
  try {
    const text = await (await fetch(`${running.urls.metrics}/metrics`)).text();
    const ours = seriesIn(text).filter((line) => line.startsWith("certmill_"));
    expect(text).not.toMatch(/example|tenant-|"edge-/);
    expect(ours).toContain(
      'certmill_queue_parked_lineages{ca="test",limit="new-certificates-per-registered-domain"} 6666',
    );
    expect(ours).toContain('certmill_edges{edge_group="group-2"} 80');
    expect(ours).toContain('certmill_edge_certificates_undelivered{edge_group="default"} 4000');
    expect(ours).toContain('certmill_key_encryption_keys{key="gone",state="missing"} 1');
    expect(ours.filter((line) => line.startsWith("certmill_campaign_certificates"))).toHaveLength(20);
    const gauges = 30;
    expect(ours.length).toBeLessThan(
      gauges + 6 * edgeGroups + 3 * workClasses.length + limitNames.length + 4 * 20,
    );
    const again = await (await fetch(`${running.urls.api}/metrics`)).text();
    expect(seriesIn(again).filter((line) => line.startsWith("certmill_ca"))).toEqual(
      ours.filter((line) => line.startsWith("certmill_ca")),
    );
  } finally {
    await running.stop();
  }
});

test("what a worker counts of 100,000 issuances has as many series as CAs, classes, steps and codes allow", async () => {
  const metrics = new Metrics();
  const observe = observeIssuance(metrics, pino({ level: "silent" }));
  const cas = ["letsencrypt", "zerossl", "google"];
  const kinds = [
    "order.created",
    "challenge.published",
    "validated",
    "finalized",
    "certificate.stored",
  ] as const;
  const at = instant(2_000);
  for (let n = 0; n < domains; n += 1) {
    const issuance = {
      id: String(n),
      lineageId: String(n),
      names: [`n${n}.example.com`],
      caName: cas[n % cas.length] ?? "",
      workClass: workClasses[n % workClasses.length] ?? "renewal",
      wantedAt: instant(0),
    } as Partial<ClaimedIssuance> as ClaimedIssuance;
    const code = failureCodes[n % failureCodes.length];
    observe(
      issuance,
      n % 10 === 0
        ? [{ at, kind: "issuance.failed", took: null, detail: { code, detail: `for n${n}` } }]
        : kinds.map((kind) => ({ at, kind, took: milliseconds(n % 5_000), detail: {} })),
    );
  }
  const ours = seriesIn(await metrics.text()).filter((line) => line.startsWith("certmill_"));
  const pairs = cas.length * workClasses.length;
  const bucketsOfOne = 17;
  const noLabels = 10;
  expect(ours.join("\n")).not.toMatch(/example/);
  expect(ours.length).toBeLessThanOrEqual(
    pairs * (kinds.length + 1) * bucketsOfOne + pairs + cas.length * failureCodes.length + noLabels,
  );
});
