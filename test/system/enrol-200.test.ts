/**
 * The main job on real input: a list of 200 names in a file, imported by the command line, validated by
 * Pebble through an nginx that has only the static rule, installed by the agent into the directory that the
 * same nginx serves from, and each served certificate checked by a TLS client.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { operations, pages } from "@certmill/api";
import { expect, test } from "vitest";
import { checkServed } from "../../tools/demo/check-served.ts";
import { startPostgres } from "../../tools/peers/postgres.ts";
import { until } from "../../tools/peers/until.ts";
import { startEdgeAgent } from "./support/edge-agent.ts";
import { type Hosting, startHosting } from "./support/hosting.ts";
import { type Installation, startInstallation } from "./support/installation.ts";
import { readLedger, readStories } from "./support/ledger.ts";
import { untilServed } from "./support/status.ts";
import { tellOnFailure } from "./support/tell-on-failure.ts";

const names = Array.from(
  { length: 200 },
  (_, index) => `shop-${String(index + 1).padStart(3, "0")}.hosting.example.com`,
);

/** Milliseconds: longer than all its waits together, as these tell what they waited for. */
const longest = 600_000;

test(
  "PostgreSQL and two workers, one of them killed halfway",
  async () => {
    await using postgres = await startPostgres();
    const databaseUrl = await postgres.createDatabase();
    await using installation = await startInstallation({
      databaseUrl,
      roles: ["api,responder", "worker", "worker"],
      settings: { CERTMILL_LEASE_SECONDS: String(lease) },
    });
    await using hosting = await startHosting(installation);
    await using agent = await startEdgeAgent(installation, { ...hosting, name: "edge-1" });
    const [api, killed, worker] = installation.processes;
    tellOnFailure({ api, killed, worker, agent, pebble: hosting.pebble, nginx: hosting.nginx });

    await withStories(databaseUrl, async () => {
      await importNames(installation);
      // By the CA's own word, which is here at once: a busy server may be asked for its status at the start and answer at the end.
      const isHalfway = () => ordersMade(hosting) >= names.length / 2;
      await until({ what: "half of the orders to be made", probe: isHalfway, within: longest });
      expect(ordersMade(hosting), "the kill comes in the middle").toBeLessThan(names.length);
      killed?.signal("SIGKILL");
      await killed?.ended;

      await demandServed(installation, hosting);
      await agent.stop();
      await demandLedger(installation, databaseUrl);
      // A newOrder whose answer the killed worker did not live to store is ordered again; nothing else is.
      expect(ordersMade(hosting), "orders that Pebble made").toBeLessThanOrEqual(names.length + mostInFlight);
    });
  },
  longest,
);

test(
  "the embedded database and one process",
  async () => {
    await using installation = await startInstallation({ databaseUrl: null });
    await using hosting = await startHosting(installation);
    await using agent = await startEdgeAgent(installation, { ...hosting, name: "edge-1" });
    const [server] = installation.processes;
    tellOnFailure({ server, agent, pebble: hosting.pebble, nginx: hosting.nginx });

    await importNames(installation);
    await demandServed(installation, hosting);
    await agent.stop();
    await server?.stop();
    await demandLedger(installation, null);
    expect(ordersMade(hosting)).toBe(names.length);
  },
  longest,
);

const mostInFlight = 8;
/**
 * Seconds: what the killed worker had is taken over while others are still issued. With fewer, a worker that lives, and has waited for a
 * core that long, would be taken for dead, and its order made twice.
 */
const lease = 15;

/** If `act` throws, prints what the database knows of the names that are not done, or were not at once. */
async function withStories(databaseUrl: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    console.error(`--- not straight to one certificate:\n${await readStories(databaseUrl)}`);
    throw error;
  }
}

async function importNames({ directory, mustRun }: Installation): Promise<void> {
  const file = join(directory, "names.txt");
  await writeFile(file, `${names.join("\n")}\n`);
  expect(await mustRun("domain", "import", file)).toContain("200");
  const again = await mustRun("domain", "import", file, "--json");
  expect(JSON.parse(again), "the same list again").toMatchObject({ added: 0 });
}

/** Every name: active, with one certificate, said to be served, and served. */
async function demandServed({ client }: Installation, { pebble, tlsPort }: Hosting): Promise<void> {
  const status = await untilServed(client, names.length, "edge-1");
  expect(status).toMatchObject({
    domains: { waiting: 0, issuing: 0, active: 200, failed: 0 },
    issuancesInFlight: 0,
    certificates: 200,
    edges: [{ name: "edge-1", behind: 0 }],
  });
  const covered: string[] = [];
  for await (const { items } of pages(client, operations.listCertificates, { query: { limit: 1_000 } })) {
    covered.push(...items.flatMap((certificate) => certificate.names));
  }
  expect(covered.toSorted()).toEqual(names);

  const rootPem = await pebble.issuingRootPem();
  const served = await Promise.all(names.map((name) => checkServed(name, { port: tlsPort, rootPem })));
  expect(served.filter(({ ok }) => !ok)).toEqual([]);
}

/** The database's own word, and Pebble's on each order: nothing twice, nothing left behind. */
async function demandLedger(installation: Installation, databaseUrl: string | null): Promise<void> {
  const { lineages, challengesPublished } = await readLedger(installation, databaseUrl);
  const done = { state: "active", certificates: 1, issuances: ["issued"], orders: ["valid"] };
  expect(lineages).toEqual(names.map((name) => ({ name, ...done })));
  expect(challengesPublished).toBe(0);
}

/** How many orders Pebble has made, by its log. */
function ordersMade({ pebble }: Hosting): number {
  const counts = [...pebble.output().matchAll(/There are now (\d+) orders in the db/g)];
  return Number(counts.at(-1)?.[1]);
}
