/** The agent as a process: what it has promised holds when the server, the way to it or itself goes away. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { operations } from "@certmill/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../tools/peers/free-port.ts";
import { startPebble } from "../../tools/peers/pebble.ts";
import { startPostgres } from "../../tools/peers/postgres.ts";
import { until } from "../../tools/peers/until.ts";
import { openLink } from "./support/cuttable-link.ts";
import { startEdgeAgent } from "./support/edge-agent.ts";
import { addPebble } from "./support/hosting.ts";
import { type Installation, startInstallation } from "./support/installation.ts";
import { demandInstalled, installedNames } from "./support/installed.ts";
import { untilActive, untilServed } from "./support/status.ts";
import { tellOnFailure } from "./support/tell-on-failure.ts";

const names = someNames("shop", 60);

let opened: AsyncDisposableStack;
let installation: Installation;

beforeAll(async () => {
  await using starting = new AsyncDisposableStack();
  const postgres = starting.use(await startPostgres());
  installation = starting.use(await startInstallation({ databaseUrl: postgres.url }));
  // It takes every challenge for answered: this is about what comes after.
  const ca = { httpPort: await freePort(), validation: "skip" } as const;
  await addPebble(installation, starting.use(await startPebble(ca)));
  await importNames(names);
  await untilActive(installation.client, names.length);
  opened = starting.move();
});

afterAll(() => opened.disposeAsync());

test("an agent killed in the middle goes on where it was", async () => {
  const { client } = installation;
  const { edge, installed } = await killInTheMiddle();
  await using agent = await startEdgeAgent(installation, edge);
  tellOnFailure({ agent });
  await untilServed(client, names.length, edge.name);
  await agent.stop();
  await demandInstalled(edge.certificates, names);
  const retrievals = await demandToldOnce(edge.name, names);
  // What was on its way to the disk is fetched again; what lies there is not.
  expect(retrievals).toBeLessThanOrEqual(names.length + (names.length - installed));
});

/** All may be there within the time of one look: then it is tried with the next agent. @returns how many the killed one had installed. */
async function killInTheMiddle() {
  for (let time = 1; time <= 10; time += 1) {
    const name = `killed-${time}`;
    const edge = { name, certificates: join(installation.directory, name) };
    await using killed = await startEdgeAgent(installation, edge);
    await untilInstalled(edge.certificates, 1);
    killed.signal("SIGKILL");
    await killed.ended;
    const installed = (await installedNames(edge.certificates)).length;
    if (installed < names.length) return { edge, installed };
  }
  throw new Error("No agent could be killed in the middle.");
}

test("a server that stops and starts again, and a way to it that is cut: no gap, nothing twice", async () => {
  const { client, directory, processes, api, start } = installation;
  const certificates = join(directory, "cut-off");
  await using link = await openLink(api);
  const edge = { name: "cut-off", certificates, server: link.url };
  await using agent = await startEdgeAgent(installation, edge);
  tellOnFailure({ agent });
  await untilInstalled(certificates, 15);
  await processes[0]?.stop();
  const noticed = () => agent.output().includes("Trying again");
  await until({ what: "the agent to miss the server", probe: noticed, within: patience });
  await start();

  const more = someNames("later", 20);
  await importNames(more);
  const all = [...names, ...more];
  await untilInstalled(certificates, names.length + 5);
  expect(link.cut()).toBeGreaterThan(0);
  await untilServed(client, all.length, edge.name);
  expect(agent.isRunning()).toBe(true);
  await agent.stop();
  await demandInstalled(certificates, all);
  await demandToldOnce(edge.name, all);
});

const patience = 120_000;

function someNames(kind: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${kind}-${index + 1}.edge.example.com`);
}

async function importNames(list: readonly string[]): Promise<void> {
  const file = join(installation.directory, "names.txt");
  await writeFile(file, `${list.join("\n")}\n`);
  await installation.mustRun("domain", "import", file);
}

async function untilInstalled(certificates: string, count: number): Promise<void> {
  const probe = async () => (await installedNames(certificates)).length >= count;
  await until({ what: `${count} certificates to be installed`, probe, within: patience });
}

/** Each name is served by the edge's word, which it gave once. @returns how often it was handed a key. */
async function demandToldOnce(edge: string, list: readonly string[]): Promise<number> {
  let retrievals = 0;
  for (const name of list) {
    const params = { name };
    const { deliveries, timeline } = await installation.client.call(operations.showDomain, { params });
    expect(deliveries, name).toContainEqual(expect.objectContaining({ edge, error: null }));
    const kinds = timeline.filter(({ detail }) => detail["edge"] === edge).map(({ kind }) => kind);
    expect(
      kinds.filter((kind) => kind === "delivered"),
      name,
    ).toHaveLength(1);
    retrievals += kinds.filter((kind) => kind === "key.retrieved").length;
  }
  return retrievals;
}
