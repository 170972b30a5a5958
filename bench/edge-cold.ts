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
/** Certificates that the second agent keeps on disk, and the door for Caddy in memory: so many names are asked for. */
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
  const before = { server: cpuSeconds(server.pid), postgres: postgres.cpuSeconds() };
  const edge = { server: server.environment["CERTMILL_URL"] ?? "", tokenFile, folder: folder.path };
  tell("Starting the agent ...");
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  const whole = await startAgent({ ...edge, name: "cold", options: [] });
  await using agent = whole.process;
  using memory = new MemoryWatch(agent.pid);
  const wanted = servedName(count - 1);
  const isServed = async () =>
    (await shakeHands({ host: "127.0.0.1", port: whole.tlsPort }, wanted, AbortSignal.timeout(15_000)))
      .kind === "served";
  await until({ what: "a first handshake", probe: isServed, within: 60_000, every: 10 });
  const firstHandshake = seconds();
  tell(`First handshake served after ${firstHandshake.toFixed(2)} s.`);

  const allReported = async () => {
    const { edges } = await server.client.call(operations.showStatus);
    return edges.some(({ name, behind }) => name === "cold" && behind === 0);
  };
  await until({ what: "all to be in place", probe: allReported, within: 1_800_000, every: 3_000 });
  const allInPlace = seconds();
  const onDisk = (await readdir(join(folder.path, "cold", ".versions"))).length;
  if (onDisk !== count) throw new Error(`${onDisk} lineages lie on disk, not ${count}.`);
  const cpu = {
    agent: cpuSeconds(agent.pid),
    server: cpuSeconds(server.pid) - before.server,
    postgres: postgres.cpuSeconds() - before.postgres,
  };
  await agent[Symbol.asyncDispose]();

  tell(`An agent that keeps ${cached.toLocaleString("en")}, asked for as many names ...`);
  const keeping = await startAgent({ ...edge, name: "keeping", options: ["--keep", String(cached)] });
  await using keeper = keeping.process;
  using keeperMemory = new MemoryWatch(keeper.pid);
  const knowsAll = () => keeper.output().includes("the server's snapshot has");
  await until({ what: "the second agent to know all", probe: knowsAll, within: 300_000, every: 100 });
  await askForNames(keeping.doorPort, Math.min(cached, count));
  return {
    versions: { postgresql: storage.version },
    conditions: [
      `${count.toLocaleString("en")} certificates with keys of their own, one server process, PostgreSQL and the agent on the same cores`,
      "the first handshake is for the last name of the snapshot, retried from the start of the process on",
      "in place: on disk with fsync, given to the driver, and the server has the receipt",
      `memory: at its highest, of a second agent that knows all of them, keeps ${cached.toLocaleString("en")} on disk, and has as many in the cache of the door for Caddy`,
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
        value: keeperMemory.most,
        meaning: "an agent's memory at its highest, all names known and a tenth kept",
        bar: { kind: "under", value: 150 },
      },
      {
        name: "whole_agent_rss_mb",
        value: memory.most,
        meaning: "the same of the first one, which installs all",
        bar: null,
      },
      {
        name: "agent_cpu_s",
        value: cpu.agent,
        meaning: "processor time of the agent until all was in place",
        bar: null,
      },
      {
        name: "server_cpu_s",
        value: cpu.server,
        meaning: "processor time of the server for it",
        bar: null,
      },
      {
        name: "postgres_cpu_s",
        value: cpu.postgres,
        meaning: "processor time of PostgreSQL for it",
        bar: null,
      },
    ],
  };
}

interface AgentPlace {
  readonly server: string;
  readonly tokenFile: string;
  readonly folder: string;
  /** Of the edge, and of its directory. */
  readonly name: string;
  readonly options: readonly string[];
}

/** With a door for Caddy, and a TLS edge that shows what is served. */
async function startAgent({ server, tokenFile, folder, name, options }: AgentPlace) {
  const [tlsPort, doorPort] = [await freePort(), await freePort()];
  const where = ["--server", server, "--token-file", tokenFile, "--name", name, "--dir", join(folder, name)];
  const door = ["--proxy", "caddy", "--proxy-listen", `127.0.0.1:${doorPort}`, "--prove", "none"];
  const args = [certmillProgram, "edge", "run", ...where, ...door, "--tls-port", String(tlsPort), ...options];
  return { process: await startProcess({ command: process.execPath, args }), tlsPort, doorPort };
}

/** As handshakes of Caddy ask, some at once. */
async function askForNames(doorPort: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => n).values();
  const lane = async (): Promise<void> => {
    for (const n of numbers) {
      const answer = await fetch(`http://127.0.0.1:${doorPort}/cert?server_name=${servedName(n)}`);
      if (answer.status !== 200) throw new Error(`${servedName(n)}: ${answer.status}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}
