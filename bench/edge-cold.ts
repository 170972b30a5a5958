/** An edge that begins with nothing: when its first handshake is served, and when everything is in place. */
import { mkdtempDisposable, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { operations } from "@certmill/api";
import { instant } from "@certmill/domain";
import { shakeHands } from "../packages/edge/src/proof/handshake.ts";
import { newKeyLine, parseKeyRing } from "../packages/server/src/keys/key-ring.ts";
import { migrate } from "../packages/server/src/store/migrate.ts";
import { cpuSeconds } from "../tools/peers/cpu-seconds.ts";
import { freePort } from "../tools/peers/free-port.ts";
import { peers } from "../tools/peers/peer.ts";
import { startProcess } from "../tools/peers/start-process.ts";
import { until } from "../tools/peers/until.ts";
import type { Bench, Report, Size, Tell } from "./bench.ts";
import { MemoryWatch } from "./measure/memory-watch.ts";
import { certmillProgram } from "./rig/certmill-program.ts";
import { addBenchCa } from "./rig/fill-line.ts";
import { fillServed, servedName } from "./rig/fill-served.ts";
import { restDatabase } from "./rig/rest-database.ts";
import { startServer } from "./rig/start-server.ts";
import { startStorage } from "./rig/start-storage.ts";

const fullSize = 100_000;
/** Names that are asked for at the door for Caddy, which keeps so many certificates in memory. */
const cached = 10_000;

export const edgeColdBench: Bench = {
  name: "edge-cold",
  summary: "an edge agent that begins with nothing, with 100,000 certificates to fetch",
  peers: [peers.postgres],
  measure,
};

async function measure(tell: Tell, { scale }: Size): Promise<Report> {
  const count = Math.round(fullSize * (scale ?? 1));
  await using storage = await startStorage();
  const { postgres, database } = storage;
  const { db } = database;
  await migrate(db);
  const keyLine = newKeyLine(new Date());
  const caId = await addBenchCa(db, "bench", instant(Date.now()));
  tell(`Storing ${count.toLocaleString("en")} certificates ...`);
  await fillServed(db, { keyRing: parseKeyRing(keyLine), caId, count });
  await restDatabase(db);
  await using server = await startServer({
    databaseUrl: postgres.url,
    roles: "api",
    core: null,
    environment: { CERTMILL_KEY_ENCRYPTION_KEYS: keyLine },
  });

  await using folder = await mkdtempDisposable(join(tmpdir(), "certmill-cold-"));
  const { token } = await server.client.call(operations.createToken, {
    body: { name: "bench", scope: "edge", edgeGroup: "default" },
  });
  const tokenFile = join(folder.path, "token");
  await writeFile(tokenFile, token);
  const [tlsPort, doorPort] = [await freePort(), await freePort()];
  const before = { server: cpuSeconds(server.pid), postgres: postgres.cpuSeconds() };
  tell("Starting the agent ...");
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  const agentArgs = ["--token-file", tokenFile, "--dir", join(folder.path, "certificates"), "--name", "cold"];
  const doorArgs = ["--proxy", "caddy", "--proxy-listen", `127.0.0.1:${doorPort}`, "--prove", "none"];
  const url = server.environment["CERTMILL_URL"] ?? "";
  await using agent = await startProcess({
    command: process.execPath,
    args: [
      certmillProgram,
      "edge",
      "run",
      "--server",
      url,
      ...agentArgs,
      ...doorArgs,
      "--tls-port",
      String(tlsPort),
    ],
  });
  using memory = new MemoryWatch(agent.pid);
  const wanted = servedName(count - 1);
  const isServed = async () =>
    (await shakeHands({ host: "127.0.0.1", port: tlsPort }, wanted, AbortSignal.timeout(15_000))).kind ===
    "served";
  await until({ what: "a first handshake", probe: isServed, within: 60_000, every: 10 });
  const firstHandshake = seconds();
  tell(`First handshake served after ${firstHandshake.toFixed(2)} s.`);

  const versions = join(folder.path, "certificates", ".versions");
  const allReported = async () => {
    const { edges } = await server.client.call(operations.showStatus);
    return edges.some(({ name, behind }) => name === "cold" && behind === 0);
  };
  await until({ what: "all to be in place", probe: allReported, within: 1_800_000, every: 3_000 });
  const allInPlace = seconds();
  const onDisk = (await readdir(versions)).length;
  if (onDisk !== count) throw new Error(`${onDisk} lineages lie on disk, not ${count}.`);
  const agentCpu = cpuSeconds(agent.pid);

  tell(`Asking for ${cached.toLocaleString("en")} names at the door ...`);
  for (let i = 0; i < Math.min(cached, count); i += 1) {
    const answer = await fetch(`http://127.0.0.1:${doorPort}/cert?server_name=${servedName(i)}`);
    if (answer.status !== 200) throw new Error(`${servedName(i)}: ${answer.status}`);
    await answer.arrayBuffer();
  }
  return {
    versions: { postgresql: storage.version },
    conditions: [
      `${count.toLocaleString("en")} certificates with keys of their own, one server process, PostgreSQL and the agent on the same cores`,
      "the first handshake is for the last name of the snapshot, retried from the start of the process on",
      "in place: on disk with fsync, given to the driver, and the server has the receipt",
      `memory: at its highest, with ${cached.toLocaleString("en")} certificates in the cache of the door for Caddy at the end`,
    ],
    figures: [
      {
        name: "first_handshake_s",
        value: firstHandshake,
        meaning: "from the start of the agent's process to the first handshake served",
        bar: { kind: "under", value: 2 },
      },
      {
        name: "all_in_place_s",
        value: allInPlace,
        meaning: "from there to everything in place",
        bar: { kind: "under", value: 300 },
      },
      {
        name: "agent_rss_mb",
        value: memory.most,
        meaning: "the agent's memory at its highest",
        bar: { kind: "under", value: 150 },
      },
      {
        name: "agent_cpu_s",
        value: agentCpu,
        meaning: "processor time of the agent until all was in place",
        bar: null,
      },
      {
        name: "server_cpu_s",
        value: cpuSeconds(server.pid) - before.server,
        meaning: "processor time of the server for it",
        bar: null,
      },
      {
        name: "postgres_cpu_s",
        value: postgres.cpuSeconds() - before.postgres,
        meaning: "processor time of PostgreSQL for it",
        bar: null,
      },
    ],
  };
}
