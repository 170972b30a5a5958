/** The ledger against a CA that counts for itself: over the network, with a clock that runs fast. */
import { type DnsName, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LimitRules, NO_LIMITS, per } from "../../../sim/src/index.ts";
import { addLineages } from "../../src/store/write/add-lineages.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { usualTerms } from "../store/usual-terms.ts";
import { type IssuingServer, startIssuingServer } from "./issuing-server.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const period = minutes(5);

async function believe(server: IssuingServer, limit: string, count: number): Promise<void> {
  await sql`insert into limit_override (ca_id, limit_name, burst, count, period_ms, starts_at, created_at)
    select id, ${limit}, ${count}, ${count}, ${period}, to_timestamp(0), now() from ca`.execute(server.db);
}

/** Adds them all at once; the promise is kept when each has a certificate. */
async function enrolAll(server: IssuingServer, names: readonly string[]): Promise<void> {
  const all = Promise.all(names.map((name) => server.heard("certificate.stored", name)));
  const { id: caId } = await server.db
    .selectFrom("ca")
    .select("id")
    .where("is_default", "=", true)
    .executeTakeFirstOrThrow();
  await addLineages(
    server.db,
    names.map((name) => ({ names: [name as DnsName] as const, tenantId: null })),
    usualTerms(caId),
    server.clock.now(),
  );
  await all;
}

const refusalsOf = ({ ca }: IssuingServer) => ca.counts().refusals;

const outcome = async ({ db }: IssuingServer) => {
  const { rows } = await sql<{ failures: number; corrections: number }>`
    select (select coalesce(sum(failures), 0)::int from lineage) as failures,
      (select count(*)::int from event where kind = 'budget.corrected') as corrections`.execute(db);
  return rows[0];
};

const distinct = (count: number) => Array.from({ length: count }, (_, index) => `n${index}.example`);
const shared = (count: number) => Array.from({ length: count }, (_, index) => `n${index}.shared.example`);

test("a CA whose limits we know refuses nothing, and all are issued at the pace it allows", async () => {
  const limits: LimitRules = {
    ...NO_LIMITS,
    newOrdersPerAccount: per(period, 20),
    certificatesPerRegisteredDomain: per(period, 8),
  };
  await using server = await startIssuingServer(postgres, { limits });
  await believe(server, "new-orders-per-account", 20);
  await believe(server, "new-certificates-per-registered-domain", 8);
  const began = server.clock.now();
  await enrolAll(server, [...distinct(32), ...shared(12)]);
  expect(Object.values(refusalsOf(server)).reduce((sum, count) => sum + count, 0)).toBe(0);
  expect(await outcome(server)).toEqual({ failures: 0, corrections: 0 });
  // 44 orders: 20 at once and 24 refills of 15 s each.
  expect(server.clock.now() - began).toBeGreaterThanOrEqual(24 * 15_000);
});

test("two accounts at a CA have orders each, and share what it counts over all accounts", async () => {
  const limits: LimitRules = {
    ...NO_LIMITS,
    newOrdersPerAccount: per(period, 12),
    certificatesPerRegisteredDomain: per(period, 8),
  };
  await using server = await startIssuingServer(postgres, { limits });
  await server.addAccount("second");
  await believe(server, "new-orders-per-account", 12);
  await believe(server, "new-certificates-per-registered-domain", 8);
  await enrolAll(server, [...distinct(24), ...shared(16)]);
  expect(Object.values(refusalsOf(server)).reduce((sum, count) => sum + count, 0)).toBe(0);
  expect(await outcome(server)).toEqual({ failures: 0, corrections: 0 });
  const { rows } = await sql<{ accounts: number; domains: number; most: number }>`
    select count(*)::int as accounts, count(*) filter (where shared > 0)::int as domains, max(orders)::int as most
    from (
      select ca_id, count(*) as orders, count(*) filter (where names[1] like '%.shared.example') as shared
      from certificate group by ca_id
    ) by_account`.execute(server.db);
  expect(rows).toEqual([{ accounts: 2, domains: 2, most: expect.any(Number) }]);
  expect(rows[0]?.most).toBeLessThan(40);
});

test("a CA that is stricter than we believe corrects us, and no domain suffers for it", async () => {
  await using server = await startIssuingServer(postgres, {
    limits: { ...NO_LIMITS, newOrdersPerAccount: per(period, 4) },
  });
  await believe(server, "new-orders-per-account", 100);
  // Few, so that they come faster than the CA gives room anew on a busy machine, too.
  await enrolAll(server, distinct(12));
  const { newOrdersPerAccount: refused } = refusalsOf(server);
  expect(refused).toBeGreaterThan(0);
  const seen = await outcome(server);
  expect(seen?.failures).toBe(0);
  expect(seen?.corrections).toBe(refused);
});
