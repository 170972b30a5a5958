/** What a certificate costs the sim CA, with and without its fast path, and what it keeps of 500,000 in 90 days. */
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Lap, LapResult } from "./acme/lap.ts";
import type { Bench, Figure, Report, Tell } from "./bench.ts";
import { MemoryWatch } from "./measure/memory-watch.ts";
import { forkWorker, type Worker } from "./rig/fork-worker.ts";
import type { CaSpent, Way } from "./sim/ca.ts";
import type { Kept } from "./sim/keep.ts";

const certificates = 300;
const certificatesToWarmUp = 200;
const rounds = 3;
const certificatesToKeep = 500_000;

export const simBench: Bench = {
  name: "sim",
  summary:
    "the sim CA's CPU for a certificate, on its fast path and off it, and its memory in 90 virtual days (4 minutes)",
  peers: [],
  measure,
};

async function measure(tell: Tell): Promise<Report> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-bench-"));
  await using parties = new AsyncDisposableStack();
  const pairs: Record<Way, Pair> = {
    regular: await startPair("regular", directory.path, parties),
    "without-tls": await startPair("without-tls", directory.path, parties),
    fast: await startPair("fast", directory.path, parties),
  };
  for (const { client } of Object.values(pairs)) {
    await client.ask({ prefix: "warm", certificates: certificatesToWarmUp, atOnce: 8 });
  }
  tell(`${rounds} times ${certificates} certificates each way ...`);
  const cpuMs: Record<Way, number> = { regular: 0, "without-tls": 0, fast: 0 };
  for (let round = 0; round < rounds; round += 1) {
    for (const [way, pair] of Object.entries(pairs)) cpuMs[way as Way] += (await lap(pair, round)) / rounds;
  }
  tell(`${certificatesToKeep} certificates over 90 days of its clock ...`);
  await using keeper = await forkWorker<object, Kept>({
    module: new URL("./sim/keep.ts", import.meta.url),
    args: [String(certificatesToKeep)],
  });
  using memory = new MemoryWatch(keeper.pid);
  const kept = await keeper.ask({});
  if (kept.issued !== certificatesToKeep) throw new Error(`Only ${kept.issued} were issued.`);
  return {
    versions: {},
    conditions: [
      `${rounds} times ${certificates} certificates of 2 names each way, in turn, 8 orders at once on one account, by`,
      "the ACME library in a process of its own: 6 to 8 requests each. CPU is user and system of the CA's process.",
      `The memory is the most of a process that issues ${certificatesToKeep} certificates of 2 names, evenly over 90`,
      "days of the CA's clock, without HTTP.",
    ],
    figures: [
      figure("cpu_ms_per_certificate", cpuMs.regular, "over HTTPS, all signatures verified"),
      figure("cpu_ms_without_tls", cpuMs["without-tls"], "over HTTP, all signatures verified"),
      figure("cpu_ms_fast", cpuMs.fast, "over HTTP, signatures trusted, a model of names"),
      figure("fast_ratio", cpuMs.regular / cpuMs.fast, "how many times less that is"),
      figure("keep_rss_mb", memory.most, "most resident memory, MB", { kind: "under", value: 2_000 }),
      figure("keep_seconds", kept.seconds, "for all of them, their CSRs included"),
    ],
  };
}

interface Pair {
  readonly ca: Worker<object, CaSpent>;
  readonly client: Worker<Lap, LapResult>;
}

async function startPair(way: Way, folder: string, parties: AsyncDisposableStack): Promise<Pair> {
  const rootFile = join(folder, `${way}.pem`);
  const module = new URL("./sim/ca.ts", import.meta.url);
  const ca = parties.use(await forkWorker<object, CaSpent>({ module, args: [way, rootFile] }));
  const { directoryUrl } = await ca.ask({});
  const client = parties.use(
    await forkWorker<Lap, LapResult>({
      module: new URL("./acme/certmill-client.ts", import.meta.url),
      args: [directoryUrl, rootFile],
    }),
  );
  return { ca, client };
}

/** @returns milliseconds of the CA for each certificate. */
async function lap({ ca, client }: Pair, round: number): Promise<number> {
  const before = await ca.ask({});
  await client.ask({ prefix: `round${round}x`, certificates, atOnce: 8 });
  const after = await ca.ask({});
  return (after.cpuMs - before.cpuMs) / (after.issued - before.issued);
}

const figure = (name: string, value: number, meaning: string, bar: Figure["bar"] = null): Figure => ({
  name,
  value,
  meaning,
  bar,
});
