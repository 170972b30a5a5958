/** A hoster's whole list planned by the `certmill` command, without a server. */
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess } from "../tools/peers/start-process.ts";
import type { Bench, Report, Tell } from "./bench.ts";
import { MemoryWatch } from "./measure/memory-watch.ts";
import { certmillProgram } from "./rig/certmill-program.ts";

const names = 500_000;
const namesOfTenant = 10;
const runs = 3;
/** Of the list: subdomains of registered domains that are shared by many. */
const sharedShare = 0.2;
const namesUnderShared = 95;

export const planBench: Bench = {
  name: "plan",
  summary: `a list of ${names.toLocaleString("en")} names by certmill plan, with all alternatives`,
  peers: [],
  measure,
};

async function measure(tell: Tell): Promise<Report> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-bench-"));
  const file = join(directory.path, "customers.csv");
  await writeFile(file, list());
  const measured: Run[] = [];
  for (let run = 1; run <= runs; run += 1) {
    measured.push(await planList(file));
    tell(`Run ${run} of ${runs}: ${measured.at(-1)?.seconds.toFixed(1)} s.`);
  }
  const best = Math.min(...measured.map(({ seconds }) => seconds));
  return {
    versions: {},
    conditions: [
      `${names} rows of a name and a tenant (${namesOfTenant} names each; ${sharedShare * 100} % under registered domains that ${namesUnderShared} share),`,
      `from the start of certmill plan --limits letsencrypt to its end, alternatives and override request included; the best of ${runs}.`,
    ],
    figures: [
      { name: "seconds", value: best, meaning: "list read, plan made", bar: { kind: "under", value: 5 } },
      {
        name: "rss_mb",
        value: Math.max(...measured.map(({ rssMb }) => rssMb)),
        meaning: "most resident memory of the command, MB",
        bar: { kind: "under", value: 500 },
      },
    ],
  };
}

function list(): string {
  const rows = Array.from({ length: names }, (_, index) => {
    const isShared = index % Math.round(1 / sharedShare) === 0;
    const sharedDomains = Math.round((names * sharedShare) / namesUnderShared);
    const name = isShared ? `site${index}.blog${index % sharedDomains}.net` : `shop${index}.com`;
    return `${name},customer-${Math.floor(index / namesOfTenant)}\n`;
  });
  return `domain,tenant\n${rows.join("")}`;
}

interface Run {
  readonly seconds: number;
  readonly rssMb: number;
}

async function planList(file: string): Promise<Run> {
  const startedAt = performance.now();
  await using command = await startProcess({
    command: process.execPath,
    args: [certmillProgram, "plan", file, "--limits", "letsencrypt"],
  });
  using memory = new MemoryWatch(command.pid);
  await command.ended;
  const seconds = (performance.now() - startedAt) / 1_000;
  demandWhole(command.output());
  return { seconds, rssMb: memory.most };
}

/** @throws Error when not every name was planned. */
function demandWhole(output: string): void {
  if (!output.includes(`${names.toLocaleString("en")} domains are done on `))
    throw new Error(`The plan did not end well:\n${output}`);
}
