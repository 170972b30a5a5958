/** The ACME library beside npm's `acme-client`: the same CA, the same certificates, in one run. */
import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CaAccount } from "./acme/ca.ts";
import type { Lap, LapResult } from "./acme/lap.ts";
import type { Bench, Figure, Report, Tell } from "./bench.ts";
import { MemoryWatch } from "./measure/memory-watch.ts";
import { forkWorker, type Worker } from "./rig/fork-worker.ts";

/** The clients take turns, so that a machine that is slower for a while is so for both. */
const rounds = 4;
/** In a round, and to warm up. */
const certificates = 500;
const certificatesToWarmUp = 1_000;
/** One of these takes as long as five of ours. */
const npmCertificates = 50;
const npmCertificatesToWarmUp = 200;
const atOnce = 4;
const manyCertificates = 10_000;
const manyAtOnce = 100;

export const acmeBench: Bench = {
  name: "acme",
  summary: "the ACME library beside npm's acme-client: CPU, requests, memory over 10,000 certificates",
  peers: [],
  measure,
};

type Ca = Worker<object, CaAccount>;
type Client = Worker<Lap, LapResult>;

/** For each certificate: of the client by its own count, of the CA by the CA's. */
interface Cost {
  readonly cpuMs: number;
  readonly caCpuMs: number;
  readonly requests: number;
  readonly newNonces: number;
  readonly seconds: number;
}

async function measure(tell: Tell): Promise<Report> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-bench-"));
  const rootFile = join(directory.path, "root.pem");
  await using ca: Ca = await forkWorker({ module: worker("ca"), args: [rootFile] });
  const { directoryUrl } = await ca.ask({});
  const startOurs = (nodeOptions: readonly string[]): Promise<Client> =>
    forkWorker({ module: worker("certmill-client"), args: [directoryUrl, rootFile], nodeOptions });
  const startNpm = (accountKey: "rsa" | "ecdsa"): Promise<Client> =>
    forkWorker({
      module: worker("npm-client"),
      args: [directoryUrl, accountKey],
      env: { NODE_EXTRA_CA_CERTS: rootFile },
    });
  await using ours = await startOurs([]);
  await using theirs = await startNpm("rsa");
  await using theirsEcdsa = await startNpm("ecdsa");

  tell(
    `Warm-up: ${certificatesToWarmUp} certificates, and ${npmCertificatesToWarmUp} by each acme-client ...`,
  );
  await ours.ask({ prefix: "warm", certificates: certificatesToWarmUp, atOnce });
  await theirs.ask({ prefix: "npm-warm", certificates: npmCertificatesToWarmUp, atOnce });
  await theirsEcdsa.ask({ prefix: "npm-ecdsa-warm", certificates: npmCertificatesToWarmUp, atOnce });

  tell(`${rounds} times ${certificates} certificates, and ${npmCertificates} by each acme-client ...`);
  const costs: Costs = { fresh: [], reused: [], npm: [], npmEcdsa: [] };
  for (let round = 0; round < rounds; round += 1) {
    const lap = { prefix: `fresh${round}x`, certificates, atOnce };
    costs.fresh.push(await run(ours, ca, lap));
    const npmLap = { prefix: `npm${round}x`, certificates: npmCertificates, atOnce };
    costs.npm.push(await run(theirs, ca, npmLap));
    costs.npmEcdsa.push(await run(theirsEcdsa, ca, npmLap));
    costs.reused.push(await run(ours, ca, lap));
  }

  tell(`${manyCertificates} certificates, ${manyAtOnce} orders at once ...`);
  // A process of its own: V8 runs the next thousands slower after a collection that was asked for.
  await using watched = await startOurs(["--expose-gc"]);
  const before = await watched.ask({
    prefix: "ahead",
    certificates: manyCertificates / 4,
    atOnce: manyAtOnce,
  });
  using memory = new MemoryWatch(watched.pid);
  const after = await watched.ask({ prefix: "many", certificates: manyCertificates, atOnce: manyAtOnce });
  const liveMb = after.liveMb ?? Number.NaN;

  return {
    versions: { "acme-client": await versionOf("acme-client"), undici: await versionOf("undici") },
    conditions: [
      `${rounds} times ${certificates} certificates of 2 names, P-256, ${atOnce} orders at once on one account, in turn with`,
      `${npmCertificates} by acme-client's client.auto; ${certificatesToWarmUp} and ${npmCertificatesToWarmUp} to warm up. Key, CSR and the chain's check are in the CPU,`,
      "which is user and system of the client's process. The sim CA, over HTTPS in a process of its own, believes",
      "every challenge, finalizes at once and sends no Retry-After. acme-client with an RSA account key of 2,048 bits, as",
      "documented, ours with one on P-256. Requests as the CA and our client count them.",
    ],
    figures: [
      ...figuresOf(costs),
      figure("many_cpu_ms_per_certificate", after.cpuMs / manyCertificates, `CPU with ${manyAtOnce} at once`),
      figure("rss_mb", memory.most, `most resident memory over ${manyCertificates} certificates, MB`),
      figure("rss_growth_mb", memory.growth, "from that run's second tenth to its last, MB"),
      figure("live_mb", liveMb, "of V8's heap in use after it and a collection, MB"),
      figure("live_growth_mb", liveMb - (before.liveMb ?? Number.NaN), "of that over the run, MB", atMost(1)),
    ],
  };
}

const worker = (name: string): URL => new URL(`./acme/${name}.ts`, import.meta.url);

async function run(client: Client, ca: Ca, lap: Lap): Promise<Cost> {
  const before = await ca.ask({});
  const { cpuMs, seconds, requests } = await client.ask(lap);
  const after = await ca.ask({});
  const issued = after.issued - before.issued;
  if (issued !== lap.certificates)
    throw new Error(`Of ${lap.certificates} certificates ${issued} were issued.`);
  const answered = after.requests - before.requests;
  if (requests !== null && requests !== answered)
    throw new Error(`The client counts ${requests} requests, the CA ${answered}.`);
  return {
    cpuMs: cpuMs / issued,
    caCpuMs: (after.cpuMs - before.cpuMs) / issued,
    requests: answered / issued,
    newNonces: (after.newNonces - before.newNonces) / issued,
    seconds: seconds / issued,
  };
}

/** Of each round. */
type Costs = Readonly<Record<"fresh" | "reused" | "npm" | "npmEcdsa", Cost[]>>;

function figuresOf(costs: Costs): readonly Figure[] {
  const mean = (kind: keyof Costs, part: keyof Cost): number =>
    costs[kind].reduce((sum, cost) => sum + cost[part], 0) / costs[kind].length;
  const cpuMs = mean("fresh", "cpuMs");
  const npmCpuMs = mean("npm", "cpuMs");
  return [
    figure("cpu_ms_per_certificate", cpuMs, "CPU of the client's process", atMost(5)),
    figure("acme_client_cpu_ms_per_certificate", npmCpuMs, "the same of npm's acme-client as documented"),
    figure("ratio_to_acme_client", npmCpuMs / cpuMs, "how many times as much that is", {
      kind: "at-least",
      value: 10,
    }),
    figure(
      "ratio_with_ecdsa_account_keys",
      mean("npmEcdsa", "cpuMs") / cpuMs,
      "the same with an account key of our kind",
    ),
    figure("requests_per_certificate", mean("fresh", "requests"), "two fresh names", atMost(8)),
    figure("acme_client_requests_per_certificate", mean("npm", "requests"), "the same of npm's acme-client"),
    figure("requests_per_reused_certificate", mean("reused", "requests"), "authorizations reused", atMost(4)),
    figure("new_nonce_per_certificate", mean("fresh", "newNonces"), "after the warm-up", atMost(0)),
    figure("ca_cpu_ms_per_certificate", mean("fresh", "caCpuMs"), "CPU of the sim CA"),
    figure("certificates_per_s", 1 / mean("fresh", "seconds"), "client and CA on the same cores"),
  ];
}

const atMost = (value: number): Figure["bar"] => ({ kind: "at-most", value });

const figure = (name: string, value: number, meaning: string, bar: Figure["bar"] = null): Figure => ({
  name,
  value,
  meaning,
  bar,
});

/** Of an installed package. */
async function versionOf(name: string): Promise<string> {
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return String(JSON.parse(await readFile(manifest, "utf8")).version);
}
