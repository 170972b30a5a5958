/** The challenge responder on one core, behind nginx with the one static rule. */
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { nginxLocation, nginxUpstream } from "../packages/cli/src/responder-snippet/nginx.ts";
import { cpuSeconds } from "../tools/peers/cpu-seconds.ts";
import { freePort } from "../tools/peers/free-port.ts";
import { startNginx } from "../tools/peers/nginx.ts";
import { benchPeers, peers } from "../tools/peers/peer.ts";
import type { Bench, Report, Tell } from "./bench.ts";
import { pacedRequests } from "./load/paced-requests.ts";
import { runWrk } from "./load/run-wrk.ts";
import { percentile } from "./measure/percentile.ts";
import { peerVersion } from "./measure/program-versions.ts";
import { pinProcess } from "./rig/pin-process.ts";
import { keyAuthorizationOf, publishTokens } from "./rig/publish-tokens.ts";
import { restDatabase } from "./rig/rest-database.ts";
import { startServer } from "./rig/start-server.ts";
import { startStorage } from "./rig/start-storage.ts";

const tokens = 100_000;
const connections = 32;
const pace = 2_000;
const warmUpSeconds = 10;
const measuredSeconds = 20;
const responderCore = 0;
const otherCore = 1;
/** Prime, so that the tokens asked for one after another lie far apart, and come again only after all. */
const stride = 61_751;

export const responderBench: Bench = {
  name: "responder",
  summary: `challenges answered on one core behind nginx, of ${tokens.toLocaleString("en")} live tokens`,
  peers: [peers.postgres, peers.nginx, benchPeers.wrk, benchPeers.taskset],
  measure,
};

async function measure(tell: Tell): Promise<Report> {
  if (availableParallelism() < 2)
    throw new Error("This bench needs two cores: one is the responder's alone.");
  // PostgreSQL, nginx and wrk are started from here and stay on the same core.
  await pinProcess(process.pid, otherCore);
  await using storage = await startStorage();
  await using server = await startServer({
    databaseUrl: storage.postgres.url,
    roles: "responder",
    core: responderCore,
  });
  const published = await publishTokens(storage.database.db, tokens);
  await restDatabase(storage.database.db);
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-bench-"));
  const tokensFile = join(directory.path, "tokens.txt");
  await writeFile(tokensFile, published.join("\n"));

  const port = await freePort();
  await using _ = await startNginx({ http: proxy(port, server.responderPort) });
  const url = `http://127.0.0.1:${port}`;
  const urlOf = (index: number) =>
    `${url}/.well-known/acme-challenge/${published[(index * stride) % tokens] ?? ""}`;
  await demandAnswers(published.slice(0, 20), url);

  tell(`Warm-up of ${warmUpSeconds} s ...`);
  await runWrk({ url, tokensFile, connections, seconds: warmUpSeconds });
  tell(`As fast as it goes for ${measuredSeconds} s ...`);
  const usedBefore = cpuSeconds(server.pid);
  const requestsPerSecond = await runWrk({ url, tokensFile, connections, seconds: measuredSeconds });
  const busy = (cpuSeconds(server.pid) - usedBefore) / measuredSeconds;
  tell(`${pace} requests per second for ${measuredSeconds} s ...`);
  const latencies = await pacedRequests({ urlOf, perSecond: pace, seconds: measuredSeconds, connections });

  return {
    versions: {
      postgresql: storage.version,
      nginx: await peerVersion(peers.nginx),
      wrk: await peerVersion(benchPeers.wrk),
    },
    conditions: [
      `${tokens} published tokens in PostgreSQL, asked for at random over ${connections} connections, after ${warmUpSeconds} s of the same;`,
      "certmill serve --role responder alone on one core, every hit logged; nginx, the load and PostgreSQL on the other;",
      "latencies count from the instant a request was due.",
    ],
    figures: [
      {
        name: "requests_per_s",
        value: requestsPerSecond,
        meaning: "through nginx, none refused",
        bar: { kind: "at-least", value: 10_000 },
      },
      {
        name: "responder_core_share",
        value: busy,
        meaning: "how much of its core the responder used meanwhile; below 1 the other core was the limit",
        bar: null,
      },
      {
        name: "p99_ms",
        value: percentile(latencies, 0.99),
        meaning: `through nginx at ${pace.toLocaleString("en")}/s`,
        bar: { kind: "under", value: 10 },
      },
      { name: "p50_ms", value: percentile(latencies, 0.5), meaning: "of the same", bar: null },
    ],
  };
}

/** The rule as `certmill responder snippet nginx` prints it. */
const proxy = (port: number, responderPort: number): string => `
${nginxUpstream([`127.0.0.1:${responderPort}`])}
server {
    listen 127.0.0.1:${port};
    ${nginxLocation}
}`;

/** Speed is worth nothing where the answers are wrong. */
async function demandAnswers(some: readonly string[], url: string): Promise<void> {
  for (const token of some) {
    const response = await fetch(`${url}/.well-known/acme-challenge/${token}`, {
      signal: AbortSignal.timeout(10_000),
    });
    const answer = await response.text();
    if (answer !== keyAuthorizationOf(token)) throw new Error(`${token} was answered by ${answer}`);
  }
}
