/** A hoster's whole list into PostgreSQL by the `certmill` command, twice. */
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peers } from "../tools/peers/peer.ts";
import { startProcess } from "../tools/peers/start-process.ts";
import type { Bench, Report, Tell } from "./bench.ts";
import { MemoryWatch } from "./measure/memory-watch.ts";
import { certmillProgram } from "./rig/certmill-program.ts";
import { type Server, startServer } from "./rig/start-server.ts";
import { startSimCa } from "./rig/start-sim-ca.ts";
import { startStorage } from "./rig/start-storage.ts";

const names = 500_000;
const namesOfTenant = 10;

export const importBench: Bench = {
  name: "import",
  summary: `a list of ${names.toLocaleString("en")} names by certmill domain import, with PostgreSQL`,
  peers: [peers.postgres],
  measure,
};

async function measure(tell: Tell): Promise<Report> {
  await using storage = await startStorage();
  await using server = await startServer({ databaseUrl: storage.postgres.url, roles: "api", core: null });
  await addCa(server);
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-bench-"));
  const file = join(directory.path, "customers.csv");
  await writeFile(file, list());

  tell(`Importing ${names} names ...`);
  const first = await importList(server, file);
  demandCounts(first.counts, { added: names, unchanged: 0 });
  tell(`${first.seconds.toFixed(1)} s; the same list again ...`);
  const second = await importList(server, file);
  demandCounts(second.counts, { added: 0, unchanged: names });

  return {
    versions: { postgresql: storage.version },
    conditions: [
      `${names} rows of one name and a tenant (${namesOfTenant} names each), from the start of certmill domain import to its end;`,
      "serve --role api: no worker ran; PostgreSQL at its defaults (fsync on), on the same cores.",
    ],
    figures: [
      {
        name: "seconds",
        value: first.seconds,
        meaning: "all names new",
        bar: { kind: "under", value: 60 },
      },
      { name: "names_per_s", value: names / first.seconds, meaning: "all names new", bar: null },
      {
        name: "seconds_again",
        value: second.seconds,
        meaning: "the same file again, which changes nothing",
        bar: null,
      },
      {
        name: "cli_rss_mb",
        value: first.cli.most,
        meaning: "most resident memory of the command, MB",
        bar: null,
      },
      {
        name: "cli_rss_growth_mb",
        value: first.cli.growth,
        meaning: "from the run's second tenth to its last, MB",
        bar: null,
      },
      {
        name: "server_rss_mb",
        value: first.server.most,
        meaning: "most resident memory of the server, MB",
        bar: null,
      },
      {
        name: "server_rss_growth_mb",
        value: first.server.growth,
        meaning: "from the run's second tenth to its last, MB",
        bar: null,
      },
    ],
  };
}

/** A CA is needed to import for; with nobody to order from it, it may end when it has made the account. */
async function addCa(server: Server): Promise<void> {
  await using ca = await startSimCa(server.responderPort);
  await server.certmill("ca", "add", "sim", "--directory", ca.directoryUrl, "--agree-tos");
}

function list(): string {
  const rows = Array.from(
    { length: names },
    (_, index) => `shop${index}.example.com,customer-${Math.floor(index / namesOfTenant)}\n`,
  );
  return `domain,tenant\n${rows.join("")}`;
}

interface Counts {
  readonly added: number;
  readonly unchanged: number;
}

interface ImportRun {
  readonly seconds: number;
  readonly counts: Counts;
  readonly cli: MemoryWatch;
  readonly server: MemoryWatch;
}

async function importList(server: Server, file: string): Promise<ImportRun> {
  const startedAt = performance.now();
  await using command = await startProcess({
    command: process.execPath,
    args: [certmillProgram, "domain", "import", file, "--json"],
    env: server.environment,
  });
  using serverMemory = new MemoryWatch(server.pid);
  using cliMemory = new MemoryWatch(command.pid);
  await command.ended;
  const seconds = (performance.now() - startedAt) / 1_000;
  return { seconds, counts: lastJson(command.output()), cli: cliMemory, server: serverMemory };
}

/** What the command printed last. @throws Error with all of it when that is not its summary. */
function lastJson(output: string): Counts {
  try {
    return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Counts;
  } catch {
    throw new Error(`The import did not end well:\n${output}`);
  }
}

function demandCounts(given: Counts, wanted: Counts): void {
  if (given.added === wanted.added && given.unchanged === wanted.unchanged) return;
  throw new Error(`The import is not as it should be: ${JSON.stringify({ given, wanted })}`);
}
