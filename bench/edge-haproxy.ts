/** Certificates given to a running HAProxy with 10,000 of them, what its other visitors feel of it, and a torture. */
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Delivery, Driver } from "../packages/edge/src/driver/driver.ts";
import { type HaproxyEdge, startHaproxyEdge } from "../test/system/support/haproxy-edge.ts";
import { type TortureReport, torture } from "../test/system/support/haproxy-torture.ts";
import { cpuSeconds } from "../tools/peers/cpu-seconds.ts";
import { benchPeers, peers } from "../tools/peers/peer.ts";
import type { Bench, Figure, Report, Size, Tell } from "./bench.ts";
import { runWrk } from "./load/run-wrk.ts";
import { percentile } from "./measure/percentile.ts";
import { peerVersion } from "./measure/program-versions.ts";
import { preloadHaproxy, storeQuickly } from "./rig/preload-haproxy.ts";

const loaded = 10_000;
const measuredPuts = 300;
const pace = 200;
const trafficSeconds = 5;
/** Odd: one of them is the median. A virtual machine's cores do more in one minute than in another. */
const trafficRounds = 9;
const connections = 16;
const tortureSteps = 2_000;
const startDeadline = 300_000;
const never = new AbortController().signal;

export const edgeHaproxyBench: Bench = {
  name: "edge-haproxy",
  summary: `certificates given to a running HAProxy that has ${loaded.toLocaleString("en")}, and a torture`,
  peers: [peers.haproxy, benchPeers.wrk],
  measure,
};

/** `size.scale` is of the certificates loaded and of the torture's steps. */
async function measure(tell: Tell, size: Size): Promise<Report> {
  const scale = size.scale ?? 1;
  const count = Math.ceil(loaded * scale);
  const steps = Math.ceil(tortureSteps * scale);
  const seed = size.seed ?? 1;
  const figures = [...(await measureLoaded(count, tell)), ...(await measureTorture(steps, seed, tell))];
  return {
    versions: { haproxy: await peerVersion(peers.haproxy), wrk: await peerVersion(benchPeers.wrk) },
    conditions: [
      `${count} P-256 certificates of one name, each with its own key, in a crt-list; HAProxy with its default threads;`,
      "the CA's intermediate in HAProxy's issuers-chain-path: leaves are given without it, and are seen served with it;",
      `${measuredPuts} new names and ${measuredPuts} renewals in turn, one at a time: from the driver's call to its word, read-back by HAProxy and crt-list included;`,
      `plain HTTP by wrk over ${connections} connections, ${trafficSeconds} s at a time, alone and beside ${pace} puts a second, in turn, ${trafficRounds} times;`,
      `torture with seed ${seed}: puts, removes, reloads, kills of HAProxy, ends of the agent, another program's transactions.`,
    ],
    figures,
  };
}

async function measureLoaded(count: number, tell: Tell): Promise<readonly Figure[]> {
  tell(`Making ${count} certificates, and starting HAProxy with them ...`);
  const startedAt = performance.now();
  await using edge = await startHaproxyEdge({
    within: startDeadline,
    issuers: "known",
    prepare: async (directory, ca) => {
      const all = Array.from({ length: count }, (_, i) => ca.issue(`p${i}`, [`p${i}.example.com`]));
      await preloadHaproxy(directory, all);
    },
  });
  tell(`... ${((performance.now() - startedAt) / 1_000).toFixed(0)} s. Listing what it has ...`);
  const driver = edge.openDriver();
  const listing = await timed(() => driver.list(never));
  const listingAgain = await timed(() => driver.list(never));
  if (listing.value?.size !== count) throw new Error(`HAProxy lists ${listing.value?.size} certificates.`);
  const bootId = await driver.health(never);

  tell("One put at a time ...");
  const puts = await measurePuts(edge, driver);
  tell("Plain traffic, and 200 puts a second beside it ...");
  const traffic = await measureTraffic(edge, driver);
  if (JSON.stringify(bootId) !== JSON.stringify(await driver.health(never))) {
    throw new Error("HAProxy was restarted in between.");
  }
  return [
    ...puts,
    ...traffic,
    {
      name: "list_first_ms",
      value: listing.ms,
      meaning: "asking for every serial, and reading the files for theirs",
      bar: null,
    },
    { name: "list_ms", value: listingAgain.ms, meaning: "the same later, by the same driver", bar: null },
  ];
}

async function measurePuts(edge: HaproxyEdge, driver: Driver): Promise<readonly Figure[]> {
  const added: number[] = [];
  const renewed: number[] = [];
  const proxyBefore = cpuSeconds(edge.haproxy.pid());
  let agentMicroseconds = 0;
  for (let i = 0; i < measuredPuts; i += 1) {
    const lots = [
      [added, await prepared(edge, `n${i}`)],
      [renewed, await prepared(edge, `p${i}`)],
    ] as const;
    for (const [times, delivery] of lots) {
      const agentBefore = process.cpuUsage();
      const { ms, value } = await timed(() => driver.put(delivery, never));
      const { user, system } = process.cpuUsage(agentBefore);
      agentMicroseconds += user + system;
      if (value.kind !== "done") throw new Error(`HAProxy's driver says ${value.reason}.`);
      times.push(ms);
    }
  }
  const proxySeconds = cpuSeconds(edge.haproxy.pid()) - proxyBefore;
  for (const [name, lineageId] of [
    ["n7.example.com", "n7"],
    ["p7.example.com", "p7"],
  ] as const) {
    const expected = (await driver.list(never))?.get(lineageId);
    const served = await edge.look(name);
    if (served?.serial !== expected || !served?.isTrusted) {
      throw new Error(`${name} is served ${JSON.stringify(served)}, and not ${expected} with its chain.`);
    }
    if ((await edge.foundIn(lineageId)) === null)
      throw new Error(`${name} was given to HAProxy with its chain.`);
  }
  const figure = (name: string, times: readonly number[], share: number, meaning: string): Figure => ({
    name,
    value: percentile(sorted(times), share),
    meaning,
    bar: name === "put_ms_p50" ? { kind: "under", value: 5 } : null,
  });
  return [
    figure("put_ms_p50", [...added, ...renewed], 0.5, "a certificate put, half of them new and half renewed"),
    figure("add_ms_p50", added, 0.5, "of a new name"),
    figure("renew_ms_p50", renewed, 0.5, "of a name that is there"),
    figure("put_ms_p99", [...added, ...renewed], 0.99, "of all"),
    {
      name: "proxy_cpu_ms",
      value: (proxySeconds * 1_000) / (2 * measuredPuts),
      meaning: "of HAProxy's CPU time a put",
      bar: null,
    },
    {
      name: "agent_cpu_ms",
      value: agentMicroseconds / 1_000 / (2 * measuredPuts),
      meaning: "of the driver's, files and socket included",
      bar: null,
    },
  ];
}

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);

async function measureTraffic(edge: HaproxyEdge, driver: Driver): Promise<readonly Figure[]> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-bench-"));
  const tokensFile = join(directory.path, "paths.txt");
  await writeFile(tokensFile, "x");
  const url = `http://127.0.0.1:${edge.plainPort}`;
  const load = () => runWrk({ url, tokensFile, connections, seconds: trafficSeconds });
  await runWrk({ url, tokensFile, connections, seconds: 2 });
  const alone: number[] = [];
  const beside: number[] = [];
  let pushed = 0;
  for (let round = 1; round <= trafficRounds; round += 1) {
    const deliveries: Delivery[] = [];
    for (let i = 0; i < pace * trafficSeconds; i += 1) {
      deliveries.push(await prepared(edge, i % 2 === 0 ? `p${i}` : `r${round}x${i}`));
    }
    alone.push(await load());
    const [requests, done] = await Promise.all([load(), pushAtPace(driver, deliveries)]);
    beside.push(requests);
    pushed += done;
  }
  const ratios = alone.map((requests, round) => (beside[round] ?? Number.NaN) / requests);
  return [
    {
      name: "plain_traffic_ratio",
      value: percentile(sorted(ratios), 0.5),
      meaning: `requests answered beside ${pace} puts a second, to those without just before: the median of ${trafficRounds} rounds`,
      bar: { kind: "at-least", value: 0.7 },
    },
    { name: "plain_traffic_ratio_least", value: Math.min(...ratios), meaning: "in one round", bar: null },
    { name: "plain_traffic_ratio_most", value: Math.max(...ratios), meaning: "in one round", bar: null },
    {
      name: "plain_requests_per_s",
      value: percentile(sorted(alone), 0.5),
      meaning: "without, the median",
      bar: null,
    },
    {
      name: "pushed_per_s",
      value: pushed / (trafficRounds * trafficSeconds),
      meaning: "that were done in that time",
      bar: null,
    },
  ];
}

/** @returns how many were done while the traffic went on. */
async function pushAtPace(driver: Driver, deliveries: readonly Delivery[]): Promise<number> {
  const startedAt = performance.now();
  for (const [index, delivery] of deliveries.entries()) {
    const dueIn = startedAt + (index * 1_000) / pace - performance.now();
    if (dueIn > 0) await setTimeout(dueIn);
    if (performance.now() - startedAt > trafficSeconds * 1_000) return index;
    const outcome = await driver.put(delivery, never);
    if (outcome.kind !== "done") throw new Error(`HAProxy's driver says ${outcome.reason}.`);
  }
  return deliveries.length;
}

async function measureTorture(steps: number, seed: number, tell: Tell): Promise<readonly Figure[]> {
  tell(`Torture of ${steps} steps, seed ${seed} ...`);
  await using edge = await startHaproxyEdge({ issuers: "known" });
  const report: TortureReport = await torture(edge, steps, seed);
  const count = (name: string, value: number, meaning: string): Figure => ({
    name,
    value,
    meaning,
    bar: null,
  });
  const none = { kind: "at-most", value: 0 } as const;
  for (const fault of [...report.wrong, ...report.crossed, ...report.incomplete])
    tell(`  ${fault} (seed ${seed})`);
  return [
    count("steps", steps, "random ones"),
    count("puts", report.puts, "among them"),
    count("removes", report.removes, "among them"),
    count("restarts", report.reloads + report.restarts, "reloads and kills of HAProxy among them"),
    count("kills", report.kills, "ends of the agent in the middle of a put among them"),
    {
      name: "crossed",
      value: report.crossed.length,
      meaning: "names seen with another one's certificate",
      bar: none,
    },
    {
      name: "incomplete",
      value: report.incomplete.length,
      meaning: "names seen without the chain to the CA's root",
      bar: none,
    },
    {
      name: "wrong",
      value: report.wrong.length,
      meaning: "names not served as desired at the end",
      bar: none,
    },
  ];
}

async function prepared(edge: HaproxyEdge, lineageId: string): Promise<Delivery> {
  const delivery = edge.ca.issue(lineageId, [`${lineageId}.example.com`]);
  await storeQuickly(edge.directory, delivery);
  return delivery;
}

async function timed<T>(task: () => Promise<T>): Promise<{ readonly ms: number; readonly value: T }> {
  const startedAt = performance.now();
  const value = await task();
  return { ms: performance.now() - startedAt, value };
}
