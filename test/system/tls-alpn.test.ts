/** Names that CAs validate by TLS alone: a TLS-terminating edge shows each what it came for. Nothing answers over HTTP. */
import { join } from "node:path";
import { operations } from "@certmill/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSimCa } from "../../packages/sim/src/index.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import { startPebble } from "../../tools/peers/pebble.ts";
import { startPostgres } from "../../tools/peers/postgres.ts";
import type { RunningProcess } from "../../tools/peers/start-process.ts";
import { until } from "../../tools/peers/until.ts";
import { startEdgeAgent } from "./support/edge-agent.ts";
import { addPebble } from "./support/hosting.ts";
import { type Installation, startInstallation } from "./support/installation.ts";
import { tellOnFailure } from "./support/tell-on-failure.ts";

let opened: AsyncDisposableStack;
let installation: Installation;
let agent: RunningProcess;
let tlsPort: number;

beforeAll(async () => {
  await using starting = new AsyncDisposableStack();
  const postgres = starting.use(await startPostgres());
  installation = starting.use(await startInstallation({ databaseUrl: postgres.url }));
  tlsPort = await freePort();
  const certificates = join(installation.directory, "certificates");
  agent = starting.use(
    await startEdgeAgent(installation, { name: "edge1", certificates, terminatesTlsOn: tlsPort }),
  );
  const listens = () => agent.output().includes("HTTPS");
  await until({ what: "the edge to listen", probe: listens, within: 60_000 });
  opened = starting.move();
});

afterAll(() => opened.disposeAsync());

test("Debian's Pebble, for domains that wish it", async () => {
  tellOnFailure({ agent });
  const nobody = await freePort();
  await using pebble = await startPebble({ httpPort: nobody, tlsPort });
  await addPebble(installation, pebble);
  const names = ["shop.tls.example.com", "www.shop.tls.example.com"];
  const wish = ["--alias", names[1] ?? "", "--challenge", "tls-alpn-01", "--ca", "pebble", "--wait"];
  await installation.mustRun("domain", "add", names[0] ?? "", ...wish);
  await becomesActive(names[0] ?? "");
});

test("the sim CA, for all of an edge group, addresses too", async () => {
  tellOnFailure({ agent });
  await using ca = await startSimCa({ httpPort: await freePort(), httpsPort: tlsPort });
  const place = ["--directory", ca.directoryUrl, "--contact", "ops@example.com", "--agree-tos"];
  await installation.mustRun("ca", "add", "sim", ...place, "--allow-private-names");
  await installation.mustRun("edge", "set", "default", "--challenge", "tls-alpn-01");
  for (const name of ["of-the-group.tls.example.com", "127.0.0.1"]) {
    await installation.mustRun("domain", "add", name, "--ca", "sim", "--wait");
    await becomesActive(name);
  }
  await installation.mustRun("edge", "set", "default", "--challenge", "default");
});

/** Its certificate is stored, which `--wait` waits for, and then served, which the agent tells. */
async function becomesActive(name: string): Promise<void> {
  const params = { name };
  const isActive = async () =>
    (await installation.client.call(operations.showDomain, { params })).state === "active";
  await until({ what: `${name} to be active`, probe: isActive, within: 60_000, every: 50 });
  const shown = JSON.parse(await installation.mustRun("domain", "show", name, "--json")) as object;
  expect(shown).toMatchObject({ state: "active", challenge: "tls-alpn-01" });
}
