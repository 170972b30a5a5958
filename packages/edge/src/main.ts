import { type Agent, type AgentOptions, openAgent } from "./agent.ts";
import type { DriverParts } from "./driver/driver-kind.ts";
import { openProxy } from "./driver/open-proxy.ts";
import { EdgeFault } from "./edge-fault.ts";
import { type EdgeOptions, parseEdgeOptions } from "./edge-options.ts";
import { edgeUsage } from "./edge-usage.ts";
import { tokenFileClient } from "./feed/token-file-client.ts";
import { type FileSeal, readSeal, sealKeyVariable } from "./install/file-seal.ts";
import type { Log } from "./log/edge-event.ts";
import { writeLog } from "./log/write-log.ts";
import { askForProofs } from "./tls/proofs.ts";
import { openTlsEdge } from "./tls/tls-edge.ts";

export { EdgeFault } from "./edge-fault.ts";

/** Seconds, under the API's bound and under the idle limit of common proxies. */
const longPoll = 25;

/** From a second to five minutes. */
const backoff = { least: 1_000, most: 300_000 } as const;

/** Parsed certificates of the TLS edge: 44 kB each. */
const tlsCacheSize = 2_000;

/**
 * `certmill edge run`, until SIGTERM or SIGINT.
 *
 * @param argv what follows `edge run` on the command line.
 * @throws {EdgeFault} when it cannot start.
 */
export async function edgeCommand(argv: readonly string[]): Promise<void> {
  const options = parseEdgeOptions(argv);
  if (options === null) {
    process.stdout.write(edgeUsage);
    return;
  }
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, onSignal);
  try {
    await runEdge(options, stop.signal);
  } finally {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.off(signal, onSignal);
  }
}

async function runEdge(options: EdgeOptions, signal: AbortSignal): Promise<void> {
  const { server, directory, layout, proveAt, keep, tls } = options;
  const log = writeLog(process.stderr, options.logFormat);
  const seal = await readSeal(options.sealKeyFile, process.env);
  if (seal !== null && options.plainFilesFor !== null) throw filesCannotBeSealed(options.plainFilesFor);
  const access = await gainAccess({ ...options, seal }, log, signal);
  if (access === null) return;
  // A proxy that asks before the agent is there waits for it: a no would be taken for an answer.
  const opened = Promise.withResolvers<Agent>();
  const parts: DriverParts = {
    directory,
    certificateFor: async (of) => await (await opened.promise).demand(of),
    knows: async (of) => await (await opened.promise).knows(of),
    mayOrder: async (of) => await (await opened.promise).mayOrder(of),
    log,
  };
  await using proxy = await openProxy(options.proxy, parts);
  const agent = await openAgent({
    ...access,
    directory,
    layout,
    seal,
    keep,
    proxy: proxy.access,
    proveAt,
    wait: longPoll,
    backoff,
    log,
  });
  opened.resolve(agent);
  log({ kind: "started", server, directory });
  await using edge =
    tls === null
      ? null
      : await openTlsEdge({
          ...tls,
          agent,
          proofFor: askForProofs(access.client),
          host: null,
          cacheSize: tlsCacheSize,
        });
  if (edge !== null) log({ kind: "listening", what: "HTTPS", port: edge.tlsPort });
  if (edge !== null && edge.httpPort !== null) log({ kind: "listening", what: "HTTP", port: edge.httpPort });
  await agent.run(signal);
  log({ kind: "stopped" });
}

const filesCannotBeSealed = (reader: string): EdgeFault =>
  new EdgeFault(
    "usage",
    `The files cannot be sealed: ${reader} reads them itself. Leave --seal-key-file and ${sealKeyVariable} away, or use a --proxy that is given certificates by the agent.`,
  );

/** @returns null: the signal aborted first. */
async function gainAccess(
  {
    server,
    tokenFile,
    joinTokenFile,
    name,
    directory,
    seal,
  }: EdgeOptions & { readonly seal: FileSeal | null },
  log: Log,
  signal: AbortSignal,
): Promise<Pick<AgentOptions, "client" | "edge"> | null> {
  if (tokenFile !== null) return { client: tokenFileClient({ baseUrl: server, tokenFile }), edge: name };
  // An agent that is given its token does without what signs them.
  const { joinServer } = await import("./identity/join-server.ts");
  const { identityClient } = await import("./feed/identity-client.ts");
  const identity = await joinServer({ server, name, directory, joinTokenFile, seal, backoff, log }, signal);
  return identity === null ? null : { client: identityClient(identity), edge: identity.membership.edge };
}
