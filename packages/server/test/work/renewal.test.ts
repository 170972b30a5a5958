/** Renewals against a CA that serves and enforces renewal information: over the network, with a clock that runs fast. */
import { hours, type Instant, instant, milliseconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tools/peers/until.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type IssuingServer, startIssuingServer } from "./issuing-server.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const names = ["a.example", "b.example", "c.example", "d.example"] as const;

/** A server that asks for renewal information, with certificates whose windows it knows. */
async function startRenewing(): Promise<IssuingServer> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(
    await startIssuingServer(postgres, { limits: "letsencrypt" }, { renewalInfo: true }),
  );
  await sql`update ca set limit_set = 'letsencrypt'`.execute(server.db);
  await Promise.all(names.map((name) => server.enrol(name)));
  await knowsWindows(server, names.length);
  opened.move();
  return server;
}

interface Renewal {
  readonly name: string;
  readonly wake: Instant | null;
  readonly start: Instant | null;
  readonly end: Instant | null;
}

const renewals = async ({ db }: IssuingServer): Promise<readonly Renewal[]> =>
  (
    await sql<Renewal>`
      select names[1] as name, wake_at as wake, window_start as start, window_end as end
      from renewal join lineage on lineage.id = lineage_id order by lineage.id`.execute(db)
  ).rows;

const knowsWindows = (server: IssuingServer, count: number): Promise<void> =>
  until({
    what: "the windows of all certificates",
    probe: async () => (await renewals(server)).filter(({ start }) => start !== null).length === count,
    within: 60_000,
  });

const issuances = async ({ db }: IssuingServer) =>
  (
    await sql<{ class: string; exemption: string; replaces: boolean }>`
      select class, exemption, replaces is not null as replaces from issuance
      where state_kind = 'issued' order by id`.execute(db)
  ).rows;

/** Goes to an instant, and starts anew there: what the old process waits for is long past. */
async function goTo(server: IssuingServer, at: number): Promise<void> {
  server.clock.skip(milliseconds(at - server.clock.now()));
  await server.restart();
}

test("renewals come in their windows, name what they replace, and spend nothing of the limits", async () => {
  await using server = await startRenewing();
  const before = await renewals(server);
  for (const { wake, start, end } of before) {
    expect(wake).toBeGreaterThanOrEqual(start ?? 0);
    expect(wake).toBeLessThan(end ?? 0);
  }
  const { newOrdersPerAccount: spent } = server.ca.counts().spent;
  const last = Math.max(...before.map(({ wake }) => wake ?? 0));
  const renewed = Promise.all(names.map((name) => server.heard("certificate.stored", name)));
  await goTo(server, last);
  await renewed;
  expect((await issuances(server)).slice(names.length)).toEqual(
    names.map(() => ({ class: "renewal", exemption: "renewal-information", replaces: true })),
  );
  expect(server.ca.counts().spent.newOrdersPerAccount).toBe(spent);
  expect(server.ca.counts().newOrder).toBe(2 * names.length);
  await knowsWindows(server, names.length);
  for (const { start } of await renewals(server)) expect(start).toBeGreaterThan(last);
});

test("a mass revocation renews all of it early, by the exemption of the same names", async () => {
  await using server = await startRenewing();
  const explanationUrl = "https://ca.test/incident";
  const revoked = server.ca.revokeMany({ share: 1, explanationUrl });
  expect(revoked).toHaveLength(names.length);
  const renewed = Promise.all(names.map((name) => server.heard("certificate.stored", name)));
  await goTo(server, server.clock.now() + hours(8));
  await renewed;
  expect((await issuances(server)).slice(names.length)).toEqual(
    names.map(() => ({ class: "emergency", exemption: "same-set", replaces: true })),
  );
  const { rows } = await sql<{ detail: unknown }>`
    select detail from event where kind = 'renewal.moved'`.execute(server.db);
  expect(rows).toHaveLength(names.length);
  expect(rows[0]?.detail).toMatchObject({ urgent: true, explanationUrl });
});

test("a certificate that the CA holds to be replaced already is renewed all the same", async () => {
  await using server = await startRenewing();
  const [first] = await renewals(server);
  const name = names[0];
  const { rows } = await sql<{
    id: string;
  }>`select certificate_id as id from lineage where names[1] = ${name}`.execute(server.db);
  const once = server.heard("certificate.stored", name);
  await goTo(server, first?.wake ?? 0);
  await once;
  // The successor is lost, as after a restored backup.
  await sql`update renewal set certificate_id = certificate.id, ari_id = issuance.replaces,
      window_start = ${new Date(first?.start ?? 0)}, window_end = ${new Date(first?.end ?? 0)}
    from certificate, lineage, issuance
    where certificate.id = ${rows[0]?.id ?? ""} and renewal.lineage_id = lineage.id and lineage.names[1] = ${name}
      and issuance.lineage_id = lineage.id and issuance.replaces is not null`.execute(server.db);
  const orders = server.ca.counts().newOrder;
  const again = server.heard("certificate.stored", name);
  const now = new Date(server.clock.now());
  await sql`update lineage set certificate_id = ${rows[0]?.id ?? ""}, wake_at = ${now} where names[1] = ${name}`.execute(
    server.db,
  );
  await again;
  // One was refused, one was taken.
  expect(server.ca.counts().newOrder - orders).toBe(2);
  // A successor that is lost may stand at the CA: the ledger expects no exemption by it.
  expect((await issuances(server)).at(-1)).toEqual({
    class: "renewal",
    exemption: "same-set",
    replaces: true,
  });
});

test("the lifetime of a short-lived profile is read from the certificate", async () => {
  await using server = await startIssuingServer(postgres, {}, { renewalInfo: true });
  await sql`update ca set profile = 'shortlived'`.execute(server.db);
  await server.enrol("short.example");
  await knowsWindows(server, 1);
  const { not_before: from, not_after: to } = await server.db
    .selectFrom("certificate")
    .select(["not_before", "not_after"])
    .executeTakeFirstOrThrow();
  expect((to - from) / hours(1)).toBeCloseTo(160, 0);
  const [renewal] = await renewals(server);
  expect(Math.abs((renewal?.wake ?? 0) - (from + to) / 2)).toBeLessThan(hours(2));
});

test("a CA without renewal information is not asked, and its certificates are renewed by their lifetime", async () => {
  await using server = await startIssuingServer(postgres, { renewalInfo: false }, { renewalInfo: true });
  await server.enrol("a.example");
  const [renewal] = await renewals(server);
  const { not_before: from, not_after: to } = await server.db
    .selectFrom("certificate")
    .select(["not_before", "not_after"])
    .executeTakeFirstOrThrow();
  expect(renewal?.wake).toBe(instant(Math.floor(to - (to - from) / 3)));
  expect(server.ca.counts().renewalInfo).toBe(0);
});
