/** The ACME library beside npm's `acme-client`: the same CA, the same certificates, in one run. */
import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CaAccount } from "./acme/ca.ts";
import type { Lap, LapResult } from "./acme/lap.ts";
import type { Bench, Figure, Report, Tell } from "./bench.ts";
import { MemoryWatch } from "./measure/memory-watch.ts";
import { forkWorker, type Worker } from "./rig/fork-worker.ts";

const certificates = 1_000;
/** One of these takes as long as ten of ours. */
const npmCertificates = 200;
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

/** What a lap took: of the client by its own count, of the CA by the CA's. All but `seconds` for each certificate. */
interface Cost {
  readonly cpuMs: number;
  readonly caCpuMs: number;
  readonly requests: number;
  readonly newNonces: number;
  readonly seconds: number;
  readonly liveMb: number;
}

async function measure(tell: Tell): Promise<Report> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-bench-"));
  const rootFile = join(directory.path, "root.pem");
  await using ca: Ca = await forkWorker({ module: worker("ca"), args: [rootFile] });
  const { directoryUrl } = await ca.ask({});
  await using ours: Client = await forkWorker({
    module: worker("certmill-client"),
    args: [directoryUrl, rootFile],
    nodeOptions: ["--expose-gc"],
  });
  const startNpm = (accountKey: "rsa" | "ecdsa"): Promise<Client> =>
    forkWorker({
      module: worker("npm-client"),
      args: [directoryUrl, accountKey],
      env: { NODE_EXTRA_CA_CERTS: rootFile },
    });
  await using theirs = await startNpm("rsa");
  await using theirsEcdsa = await startNpm("ecdsa");

  tell(`Warm-up: ${certificates} certificates, and ${npmCertificates / 4} by acme-client ...`);
  await ours.ask({ prefix: "warm", certificates, atOnce });
  await theirs.ask({ prefix: "npm-warm", certificates: npmCertificates / 4, atOnce });
  await theirsEcdsa.ask({ prefix: "npm-ecdsa-warm", certificates: npmCertificates / 4, atOnce });

  tell(`${certificates} certificates of fresh names, then ${certificates} of the same names ...`);
  const fresh = await run(ours, ca, { prefix: "fresh", certificates, atOnce });
  const reused = await run(ours, ca, { prefix: "fresh", certificates, atOnce });
  tell(`${npmCertificates} certificates by acme-client, with each kind of account key ...`);
  const npm = await run(theirs, ca, { prefix: "npm", certificates: npmCertificates, atOnce });
  const npmEcdsa = await run(theirsEcdsa, ca, {
    prefix: "npm-ecdsa",
    certificates: npmCertificates,
    atOnce,
  });

  tell(`${manyCertificates} certificates, ${manyAtOnce} orders at once ...`);
  const ahead = await ours.ask({ prefix: "ahead", certificates: manyCertificates / 4, atOnce: manyAtOnce });
  using memory = new MemoryWatch(ours.pid);
  const many = await run(ours, ca, { prefix: "many", certificates: manyCertificates, atOnce: manyAtOnce });

  return {
    versions: { "acme-client": await versionOf("acme-client"), undici: await versionOf("undici") },
    conditions: [
      `${certificates} certificates of 2 names, P-256, ${atOnce} orders at once on one account, after as many to warm up; key, CSR`,
      "and the chain's check are in the CPU, which is user and system of the client's process; the sim CA over HTTPS in a",
      `process of its own believes every challenge, finalizes at once and sends no Retry-After; acme-client: ${npmCertificates} by`,
      "client.auto and with an RSA account key of 2,048 bits, as documented, ours with one on P-256; requests as the CA",
      "counts them.",
    ],
    figures: [
      ...figuresOf({ fresh, reused, npm, npmEcdsa, many }),
      figure("rss_mb", memory.most, `most resident memory over ${manyCertificates} certificates, MB`),
      figure("rss_growth_mb", memory.growth, "from that run's second tenth to its last, MB"),
      figure("live_mb", many.liveMb, "of V8's heap in use after it and a collection, MB"),
      figure("live_growth_mb", many.liveMb - (ahead.liveMb ?? 0), "of that over the run, MB", atMost(1)),
    ],
  };
}

const worker = (name: string): URL => new URL(`./acme/${name}.ts`, import.meta.url);

async function run(client: Client, ca: Ca, lap: Lap): Promise<Cost> {
  const before = await ca.ask({});
  const { cpuMs, seconds, liveMb } = await client.ask(lap);
  const after = await ca.ask({});
  if (after.issued - before.issued !== lap.certificates)
    throw new Error(`Of ${lap.certificates} certificates ${after.issued - before.issued} were issued.`);
  const each = (total: number): number => total / lap.certificates;
  return {
    cpuMs: each(cpuMs),
    caCpuMs: each(after.cpuMs - before.cpuMs),
    requests: each(after.requests - before.requests),
    newNonces: each(after.newNonces - before.newNonces),
    seconds,
    liveMb: liveMb ?? 0,
  };
}

interface Costs {
  readonly fresh: Cost;
  readonly reused: Cost;
  readonly npm: Cost;
  readonly npmEcdsa: Cost;
  readonly many: Cost;
}

function figuresOf({ fresh, reused, npm, npmEcdsa, many }: Costs): readonly Figure[] {
  return [
    figure("cpu_ms_per_certificate", fresh.cpuMs, "CPU of the client's process", atMost(5)),
    figure("acme_client_cpu_ms_per_certificate", npm.cpuMs, "the same of npm's acme-client as documented"),
    figure("ratio_to_acme_client", npm.cpuMs / fresh.cpuMs, "how many times as much that is", {
      kind: "at-least",
      value: 10,
    }),
    figure(
      "ratio_with_ecdsa_account_keys",
      npmEcdsa.cpuMs / fresh.cpuMs,
      "the same with an account key of our kind",
    ),
    figure("requests_per_certificate", fresh.requests, "two fresh names", atMost(8)),
    figure("acme_client_requests_per_certificate", npm.requests, "the same of npm's acme-client"),
    figure("requests_per_reused_certificate", reused.requests, "authorizations reused", atMost(4)),
    figure("new_nonce_per_certificate", fresh.newNonces, "after the warm-up", atMost(0)),
    figure("ca_cpu_ms_per_certificate", fresh.caCpuMs, "CPU of the sim CA"),
    figure("certificates_per_s", certificates / fresh.seconds, "client and CA on the same cores"),
    figure("many_cpu_ms_per_certificate", many.cpuMs, `CPU with ${manyAtOnce} orders at once`),
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
