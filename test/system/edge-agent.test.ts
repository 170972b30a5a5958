/** The agent as a process: what it has promised holds when the server, the way to it or itself goes away. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, operations } from "@certmill/api";
import { expect, test } from "vitest";
import { freePort } from "../../tools/peers/free-port.ts";
import { type Pebble, startPebble } from "../../tools/peers/pebble.ts";
import { until } from "../../tools/peers/until.ts";
import { openLink } from "./support/cuttable-link.ts";
import { startEdgeAgent } from "./support/edge-agent.ts";
import { addPebble } from "./support/hosting.ts";
import { type Installation, startInstallation } from "./support/installation.ts";
import { demandInstalled, installedNames } from "./support/installed.ts";
import { untilServed, untilStatus } from "./support/status.ts";

test("a server that stops and starts again, and a way to it that is cut: no gap, nothing twice", async () => {
  await using installation = await startInstallation({ databaseUrl: null });
  await using _pebble = await startReadyCa(installation);
  const [before, after] = [someNames("before", 10), someNames("after", 30)];
  const certificates = join(installation.directory, "edge");
  await using link = await openLink(installation.api);
  await using agent = await startEdgeAgent(installation, { name: "edge-1", certificates, server: link.url });

  await importNames(installation, before);
  await untilInstalled(certificates, before.length);
  await installation.processes[0]?.stop();
  const noticed = () => agent.output().includes("Trying again");
  await until({ what: "the agent to miss the server", probe: noticed, within: patience });
  await installation.start();

  await importNames(installation, after);
  await untilInstalled(certificates, before.length + 5);
  expect(link.cut()).toBeGreaterThan(0);
  await untilServed(installation.client, before.length + after.length);
  expect(agent.isRunning()).toBe(true);
  await agent.stop();
  await demandInstalled(certificates, [...before, ...after]);
  await demandToldOnce(installation.client, [...before, ...after]);
});

test("an agent killed in the middle goes on where it was", async () => {
  await using installation = await startInstallation({ databaseUrl: null });
  await using _pebble = await startReadyCa(installation);
  const names = someNames("shop", 60);
  const certificates = join(installation.directory, "edge");
  await importNames(installation, names);
  await untilStatus(installation.client, "every name to be active", ({ domains }) => domains.active === 60);

  const edge = { name: "edge-1", certificates };
  await using killed = await startEdgeAgent(installation, edge);
  await untilInstalled(certificates, 15);
  killed.signal("SIGKILL");
  await killed.ended;
  expect((await installedNames(certificates)).length, "the kill comes in the middle").toBeLessThan(60);

  await using agent = await startEdgeAgent(installation, edge);
  await untilServed(installation.client, names.length);
  await agent.stop();
  await demandInstalled(certificates, names);
  const retrievals = await demandToldOnce(installation.client, names);
  // What was on its way to the disk, in each of the agent's lanes, is fetched again; what lies there is not.
  expect(retrievals).toBeLessThanOrEqual(names.length + lanes);
});

const patience = 120_000;
/** Certificates that an agent installs at a time. */
const lanes = 4;

const someNames = (kind: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${kind}-${index + 1}.edge.example.com`);

/** A CA that takes every challenge for answered: this is about what comes after. */
async function startReadyCa(installation: Installation): Promise<Pebble> {
  const pebble = await startPebble({ httpPort: await freePort(), validation: "skip" });
  try {
    await addPebble(installation, pebble);
    return pebble;
  } catch (error) {
    await pebble[Symbol.asyncDispose]();
    throw error;
  }
}

async function importNames(installation: Installation, names: readonly string[]): Promise<void> {
  const file = join(installation.directory, "names.txt");
  await writeFile(file, `${names.join("\n")}\n`);
  await installation.mustRun("domain", "import", file);
}

async function untilInstalled(certificates: string, count: number): Promise<void> {
  const probe = async () => (await installedNames(certificates)).length >= count;
  await until({ what: `${count} certificates to be installed`, probe, within: patience });
}

/** Each name is served by the edge's word, which it gave once. @returns how often a key was handed out. */
async function demandToldOnce(client: Client, names: readonly string[]): Promise<number> {
  let retrievals = 0;
  for (const name of names) {
    const { deliveries, timeline } = await client.call(operations.showDomain, { params: { name } });
    expect(deliveries, name).toMatchObject([{ edge: "edge-1", error: null }]);
    const kinds = timeline.map(({ kind }) => kind);
    expect(
      kinds.filter((kind) => kind === "delivered"),
      name,
    ).toHaveLength(1);
    retrievals += kinds.filter((kind) => kind === "key.retrieved").length;
  }
  return retrievals;
}
