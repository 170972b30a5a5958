/** nginx in push mode against nginx with one certificate in its configuration; and what 100,000 names take. */
import { execFile } from "node:child_process";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cpuSeconds } from "../tools/peers/cpu-seconds.ts";
import { freePort } from "../tools/peers/free-port.ts";
import { benchPeers, peers } from "../tools/peers/peer.ts";
import { type PushNginx, preparePushNginx } from "../tools/peers/push-nginx.ts";
import type { Bench, Report, Size, Tell } from "./bench.ts";
import { ca, type Filled, fillNginx, usedMb } from "./edge-nginx/fill.ts";
import type { HandshakeCounts, HandshakeLap } from "./edge-nginx/handshaker.ts";
import { switchedShare } from "./edge-nginx/switch.ts";
import { percentile } from "./measure/percentile.ts";
import { peerVersion } from "./measure/program-versions.ts";
import { residentMb } from "./measure/resident-memory.ts";
import { forkWorker } from "./rig/fork-worker.ts";
import { pinProcess } from "./rig/pin-process.ts";

const warmNames = 10_000;
const allNames = 100_000;
/** Many and short: what else runs on the machine weighs on two that follow each other alike. */
const rounds = 15;
const roundMs = 1_500;
const renewals = 40;

export const edgeNginxBench: Bench = {
  name: "edge-nginx",
  summary: "nginx in push mode: new handshakes against a static certificate's; memory of 100,000 names",
  peers: [peers.nginx, peers.nginxLua, peers.nginxLuaCache, peers.openssl, benchPeers.taskset],
  measure,
};

async function measure(tell: Tell, { scale }: Size): Promise<Report> {
  if (availableParallelism() < 2) throw new Error("This bench needs two cores: one is the server's alone.");
  // Memory grows by certificate, so a fifth of them shows it; the handshakes are few already.
  const share = scale ?? 0.2;
  const warm = Math.round(warmNames * Math.min(1, share * 5));
  const handshakes = await measureHandshakes(warm, tell);
  const memory = await measureMemory(Math.round(allNames * share), tell);
  const { statics, pushes, workerMb, wrong } = handshakes;
  return {
    versions: { nginx: await peerVersion(peers.nginx) },
    conditions: [
      `Handshakes: full ones, each over its own connection, ${rounds} rounds of ${roundMs / 1_000} s of either in turns; names at random of ${warm.toLocaleString("en")}, each handshaken`,
      "with once before. One worker alone on one core, the client on the other. The client is slower than the server, so the ratio is that of what",
      "a core of the server can do: CPU time for a handshake. P-256 leaves of 1,040 bytes with a key each, one intermediate.",
      "Memory: filled by the agent's driver, over four connections to two workers, with the certificates made meanwhile.",
    ],
    figures: [
      {
        name: "handshake_ratio",
        value: ratioOf("cpuUs", statics, pushes),
        meaning:
          "new handshakes of a core in push mode against a static certificate's; the middle of the rounds",
        bar: { kind: "at-least", value: 0.9 },
      },
      {
        name: "push_cpu_us",
        value: median(pushes.map(({ cpuUs }) => cpuUs)),
        meaning: "of nginx for a handshake",
        bar: null,
      },
      {
        name: "static_cpu_us",
        value: median(statics.map(({ cpuUs }) => cpuUs)),
        meaning: "the same",
        bar: null,
      },
      {
        name: "seen_ratio",
        value: ratioOf("perSecond", pushes, statics),
        meaning: "of handshakes per second, as the one client had them",
        bar: null,
      },
      {
        name: "push_handshakes_per_s",
        value: median(pushes.map(({ perSecond }) => perSecond)),
        meaning: "of that client",
        bar: null,
      },
      {
        name: "wrong_certificates",
        value: wrong,
        meaning: "of all handshakes in push mode",
        bar: { kind: "at-most", value: 0 },
      },
      {
        name: "worker_mb",
        value: workerMb,
        meaning: "resident, with all these certificates parsed",
        bar: null,
      },
      ...memory,
    ],
  };
}

interface Round {
  /** Of nginx, microseconds for a handshake. */
  readonly cpuUs: number;
  readonly perSecond: number;
}

async function measureHandshakes(names: number, tell: Tell) {
  await using place = await installed("64m");
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-bench-"));
  const staticPort = await freePort();
  const { chainPem, keyPem, serial } = ca.issue("static.example.com");
  const pem = join(directory.path, "static.pem");
  await writeFile(pem, chainPem + keyPem);
  await using nginx = await place.start(1, {
    main: "worker_cpu_affinity 01;",
    http: `server { listen 127.0.0.1:${staticPort} ssl; ssl_certificate ${pem}; ssl_certificate_key ${pem}; return 200 "$pid"; }`,
  });
  tell(`${names.toLocaleString("en")} certificates ...`);
  const { served } = await fillNginx(place.socket, names);
  const [pushFile, staticFile] = [join(directory.path, "push.json"), join(directory.path, "static.json")];
  await writeFile(pushFile, JSON.stringify(served));
  await writeFile(staticFile, JSON.stringify([["static.example.com", serial]]));
  await using pushClient = await startClient(pushFile);
  await using staticClient = await startClient(staticFile);
  const round = async (port: number, client: typeof pushClient, lap: Omit<HandshakeLap, "port">) => {
    const before = cpuSeconds(nginx.pid);
    const counts = await client.ask({ port, ...lap });
    const cpuUs = ((cpuSeconds(nginx.pid) - before) / counts.handshakes) * 1e6;
    return { cpuUs, perSecond: counts.handshakes / counts.seconds, wrong: counts.wrong };
  };
  tell("A handshake with each ...");
  const first = await round(place.port, pushClient, { names: "each", within: 0 });
  await round(staticPort, staticClient, { names: "all", within: 1_000 });
  tell(`${rounds} rounds of both ...`);
  const statics: Round[] = [];
  const pushes: Round[] = [];
  let wrong = first.wrong;
  for (let turn = 0; turn < rounds; turn += 1) {
    const fixed = await round(staticPort, staticClient, { names: "all", within: roundMs });
    if (fixed.wrong > 0) throw new Error("nginx does not serve its static certificate.");
    statics.push(fixed);
    const pushed = await round(place.port, pushClient, { names: "all", within: roundMs });
    pushes.push(pushed);
    wrong += pushed.wrong;
  }
  return { statics, pushes, wrong, workerMb: await largestWorkerMb(nginx.pid) };
}

async function measureMemory(names: number, tell: Tell): Promise<Report["figures"]> {
  const workers = 2;
  await using place = await installed("450m");
  await using _nginx = await place.start(workers);
  const empty = await usedMb(place.socket);
  tell(`${names.toLocaleString("en")} certificates into shared memory ...`);
  const filled: Filled = await fillNginx(place.socket, names);
  const full = await usedMb(place.socket);
  tell(`${renewals} renewals ...`);
  const switched = await switchedShare(place, { renewals, workers });
  return [
    {
      name: "dict_mb_100k",
      value: empty + ((full - empty) / names) * allNames,
      meaning: `of shared memory for 100,000 names with a certificate each, nginx's own pages included; by ${names.toLocaleString("en")}`,
      bar: { kind: "under", value: 450 },
    },
    {
      name: "fill_s",
      value: filled.seconds,
      meaning: `for ${names.toLocaleString("en")} certificates, made meanwhile`,
      bar: null,
    },
    {
      name: "all_workers_switch",
      value: switched,
      meaning: "share of handshakes after a renewal, by all workers, that got the new certificate",
      bar: { kind: "at-least", value: 1 },
    },
  ];
}

/** A folder that the installer has written into. */
async function installed(memory: string): Promise<PushNginx> {
  const place = await preparePushNginx();
  const program = new URL("../packages/cli/src/certmill.mjs", import.meta.url).pathname;
  const args = ["edge", "install", "nginx", "--apply", "--memory", memory, ...place.installOptions];
  await promisify(execFile)(process.execPath, [program, ...args], { timeout: 60_000 });
  return place;
}

async function startClient(file: string) {
  const client = await forkWorker<HandshakeLap, HandshakeCounts>({
    module: new URL("edge-nginx/handshaker.ts", import.meta.url),
    args: [file],
  });
  await pinProcess(client.pid, 1);
  return client;
}

async function largestWorkerMb(master: number): Promise<number> {
  const children = await readFile(`/proc/${master}/task/${master}/children`, "utf8");
  return Math.max(
    ...children
      .trim()
      .split(" ")
      .map((pid) => residentMb(Number(pid)) ?? 0),
  );
}

/** Of each round with the one beside it, so that what else runs here weighs on both. */
const ratioOf = (of: "cpuUs" | "perSecond", above: readonly Round[], below: readonly Round[]): number =>
  median(above.map((round, turn) => round[of] / (below[turn]?.[of] ?? Number.NaN)));

const median = (values: readonly number[]): number =>
  percentile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
