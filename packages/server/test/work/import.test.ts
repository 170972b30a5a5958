/** What another program obtained from a CA is served at once, and renewed as its own account would: over the network. */
import { obtain } from "@certmill/acme";
import { type Client, operations } from "@certmill/api";
import { hours, type Instant, milliseconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tools/peers/until.ts";
import { openTestApiOn } from "../http/open-test-api.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type IssuingServer, startIssuingServer } from "./issuing-server.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

/** Another program's certificate; the CA believes everybody. */
const obtained = async ({ ca }: IssuingServer, name: string) =>
  obtain({
    directoryUrl: ca.directoryUrl,
    agreeToTerms: true,
    names: [name],
    publish: { "http-01": async () => async () => {} },
  });

const importing = async (
  server: IssuingServer,
  admin: Client,
  foreign: Awaited<ReturnType<typeof obtained>>,
) => {
  const { chain, privateKeyPem: key, accountUrl } = foreign;
  const given = { path: "x", chain: chain.pem, key, accountUrl, directory: server.ca.directoryUrl };
  const { results } = await admin.call(operations.importCertificates, { body: { certificates: [given] } });
  return results[0];
};

const wakes = async ({ db }: IssuingServer): Promise<readonly (Instant | null)[]> =>
  (await sql<{ wake_at: Instant | null }>`select wake_at from lineage order by id`.execute(db)).rows.map(
    ({ wake_at }) => wake_at,
  );

const windows = async ({ db }: IssuingServer): Promise<number> =>
  (await sql`select 1 from renewal where window_start is not null`.execute(db)).rows.length;

/** Goes to an instant, and starts anew there: what the old process waits for is long past. */
async function goTo(server: IssuingServer, at: number): Promise<void> {
  server.clock.skip(milliseconds(at - server.clock.now()));
  await server.restart();
}

test("served by the edge feed at once; renewed in its window, as a successor where the account came along", async () => {
  await using server = await startIssuingServer(
    postgres,
    { limits: "letsencrypt", alwaysValid: true },
    { renewalInfo: true },
  );
  await using api = await openTestApiOn(server.database, { now: () => server.clock.now() });
  const [admin, edge] = [await api.as("admin"), await api.as("edge", "default")];
  await sql`update ca set limit_set = 'letsencrypt'`.execute(server.db);
  const [ours, theirs] = [
    await obtained(server, "ours.example.org"),
    await obtained(server, "theirs.example.org"),
  ];
  await server.addAccount("certbot", ours.accountKey.toPem());
  await sql`update ca set limit_set = 'letsencrypt'`.execute(server.db);

  expect(await importing(server, admin, ours)).toMatchObject({ outcome: "imported", replaceable: true });
  expect(await importing(server, admin, theirs)).toMatchObject({ outcome: "imported", replaceable: false });
  const { items } = await edge.call(operations.edgeSnapshot, { query: {} });
  expect(items.map(({ names }) => names)).toEqual([["ours.example.org"], ["theirs.example.org"]]);

  await goTo(server, server.clock.now() + hours(1));
  await until({ what: "their windows", probe: async () => (await windows(server)) === 2, within: 60_000 });
  const spent = server.ca.counts().spent.newOrdersPerAccount;
  const renewed = ["ours.example.org", "theirs.example.org"].map((name) =>
    server.heard("certificate.stored", name),
  );
  const last = Math.max(...(await wakes(server)).map((at) => at ?? 0));
  await goTo(server, last);
  await Promise.all(renewed);
  const { rows } = await sql`
    select issuance.names[1] as name, class, exemption, replaces is not null as replaces, ca.name as ca
    from issuance join ca on ca.id = ca_id order by lineage_id`.execute(server.db);
  expect(rows).toEqual([
    {
      name: "ours.example.org",
      class: "renewal",
      exemption: "renewal-information",
      replaces: true,
      ca: "certbot",
    },
    { name: "theirs.example.org", class: "renewal", exemption: "same-set", replaces: false, ca: "sim" },
  ]);
  expect(server.ca.counts().spent.newOrdersPerAccount).toBe(spent);
});
