import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Client, Receipt } from "@certmill/api/edge";
import { Demands } from "./demand/demands.ts";
import { type DriveOptions, driveProxy } from "./driver/drive-proxy.ts";
import type { Driver } from "./driver/driver.ts";
import { EdgeFault } from "./edge-fault.ts";
import { followServer } from "./feed/follow-server.ts";
import { KeyPairFetcher } from "./feed/key-pair-fetcher.ts";
import type { Backoff } from "./flow/backoff.ts";
import { Bell } from "./flow/bell.ts";
import { Pacer } from "./flow/pacer.ts";
import { Retries } from "./flow/retries.ts";
import { runTogether } from "./flow/run-together.ts";
import type { Holding } from "./holding/holding.ts";
import { Holdings } from "./holding/holdings.ts";
import { StateKeeper, type StateSource } from "./holding/state-keeper.ts";
import { loadState } from "./holding/state-log.ts";
import { CertificateDirectory } from "./install/certificate-directory.ts";
import type { KeyPair } from "./install/check-key-pair.ts";
import { checkLinks } from "./install/check-links.ts";
import { diskFault } from "./install/disk-fault.ts";
import type { FileSeal } from "./install/file-seal.ts";
import { type LayoutName, layouts } from "./install/layout.ts";
import { sealedLayout } from "./install/sealed-layout.ts";
import { settleLineages } from "./install/settle-lineages.ts";
import type { Log } from "./log/edge-event.ts";
import type { TlsAddress } from "./proof/handshake.ts";
import { proveLineages } from "./proof/prove-lineages.ts";
import { Outbox } from "./receipt/outbox.ts";
import { sendReceipts } from "./receipt/send-receipts.ts";
import { type Reload, type ReloadOptions, reloadProxy } from "./reload/reload-proxy.ts";

export interface AgentOptions {
  readonly client: Client;
  /** The edge's own name: what receipts and the server's status page call it. */
  readonly edge: string;
  /** Where proxies read; made if it is not there. One agent to a directory. */
  readonly directory: string;
  readonly layout: LayoutName;
  /** What the files are sealed with, where nobody but the agent reads them; null: they are in the clear. */
  readonly seal: FileSeal | null;
  /** Certificates kept at most, those that handshakes asked for last; null: all of the group's. */
  readonly keep: number | null;
  readonly proxy: ProxyAccess;
  /** Where handshakes show what is served; null: what the proxy has loaded is taken for served. */
  readonly proveAt: TlsAddress | null;
  /** Seconds for which the server may hold a poll that has nothing to tell. */
  readonly wait: number;
  /** For everything that is tried again. */
  readonly backoff: Backoff;
  readonly log: Log;
}

/** How the proxy comes to what is new on disk. */
export type ProxyAccess =
  /** By itself. */
  | { readonly kind: "files" }
  /** By a command, once for all that changed. */
  | { readonly kind: "reload"; readonly reload: Reload }
  /** One by one while it runs. */
  | ({ readonly kind: "driver" } & DrivenProxy);

export interface DrivenProxy {
  readonly driver: Driver;
  /** Certificates a second that it is given at most. */
  readonly pace: number;
  /** Whether a name has one certificate there: of a pair the RSA one. */
  readonly onePerName: boolean;
  /** Milliseconds for which the old certificate may still be served after it was given the new one. */
  readonly switchesWithin: number;
  /** Milliseconds between two looks at its health. */
  readonly lookEvery: number;
  /** Milliseconds between two comparisons of what it has with what it should have. */
  readonly reconcileEvery: number;
}

/** A certificate on disk that a name is served with. */
export interface ServedCertificate {
  /** Differs between any two certificates. */
  readonly key: string;
  /** Null: it is not on disk any more. */
  read(): Promise<KeyPair | null>;
  /** The RSA certificate beside it; null: there is none. */
  readonly twin: ServedCertificate | null;
}

export interface Agent {
  /**
   * Follows the server until the signal aborts, then finishes what is under way and writes its state.
   *
   * @throws {EdgeFault} `access-refused`, when the server refuses the token of an edge that has never been served.
   */
  run(signal: AbortSignal): Promise<void>;
  /** What is installed for a name in a TLS handshake; null: nothing. */
  servedFor(name: string): ServedCertificate | null;
  /**
   * As {@link servedFor}, but what the server has, or can get at once, is waited for some seconds.
   *
   * @param name in lower case.
   */
  demand(name: string): Promise<ServedCertificate | null>;
  /** Whether the server has a domain of that name for this edge; null: it cannot be asked now. */
  knows(name: string): Promise<boolean | null>;
  /**
   * Whether a proxy may order a certificate for a name by itself: for a domain of that name which is served, or begun by this. Not
   * for those below a wildcard, which are as many as anybody makes up. Null: the server cannot be asked now.
   */
  mayOrder(name: string): Promise<boolean | null>;
}

/**
 * An agent with what an earlier run left in its directory.
 *
 * @throws {EdgeFault} `directory-unusable`, when the directory or the state in it cannot be read.
 */
export async function openAgent(options: AgentOptions): Promise<Agent> {
  try {
    return await openIn(options);
  } catch (error) {
    const reason = diskFault(error);
    if (reason === null) throw error;
    const message = `${options.directory} cannot be used: ${reason}. Correct that, or choose another --dir.`;
    throw new EdgeFault("directory-unusable", message, { cause: error });
  }
}

async function openIn(options: AgentOptions): Promise<Agent> {
  const { client, edge, proxy, proveAt, backoff, log } = options;
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const statePath = join(options.directory, ".state", "state.jsonl");

  const bell = new Bell();
  const changed = (lineageId: string | null): void => {
    keeper.changed(lineageId);
    bell.ring();
  };
  const holdings = new Holdings(changed, options.keep);
  const outbox = new Outbox({
    added(receipt) {
      keeper.receiptAdded(receipt);
      bell.ring();
    },
    sent: (receipt) => keeper.receiptSent(receipt),
  });
  const source: StateSource = {
    get cursor() {
      return holdings.cursor;
    },
    all: () => holdings.all(),
    get: (lineageId) => holdings.get(lineageId),
    receipts: () => outbox.all(),
  };
  const keeper = new StateKeeper({ path: statePath, source, backoff, log });
  const layout = options.seal === null ? layouts[options.layout] : sealedLayout(options.seal);
  const others = Object.values(layouts).filter((other) => other !== layout);
  const directory = new CertificateDirectory(options.directory, layout, others);

  const loaded = await loadState(statePath);
  if (loaded.kind === "unreadable") log({ kind: "state-unreadable", keptAt: loaded.keptAt });
  if (loaded.kind === "found") {
    holdings.resume(loaded.state.cursor, loaded.state.lineages.values());
    outbox.resume(loaded.state.receipts);
  }
  await checkLinks(holdings, directory);

  const demands = new Demands({ client, edge, holdings, keeper });
  const running = new AbortController();

  async function run(signal: AbortSignal): Promise<void> {
    const report = (receipt: Receipt): void => outbox.add(receipt);
    const proof =
      proxy.kind === "driver"
        ? ({
            onAnother: "load-again",
            patience: proxy.switchesWithin,
            onePerName: proxy.onePerName,
          } as const)
        : ({ onAnother: "look-again", patience: reloadPatience, onePerName: false } as const);
    const keyPairs = new KeyPairFetcher({ client, edge });
    const shared = { client, edge, holdings, directory, bell, backoff, log, report };
    const work = [
      (stop: AbortSignal) => followServer({ ...shared, wait: options.wait, keeper }, stop),
      (stop: AbortSignal) => settleLineages({ ...shared, keyPairs, retries: new Retries(backoff) }, stop),
      (stop: AbortSignal) => loadIntoProxy(proxy, shared, stop),
      (stop: AbortSignal) =>
        proveLineages({ ...shared, ...proof, proveAt, retries: new Retries(backoff) }, stop),
      (stop: AbortSignal) => sendReceipts({ ...shared, outbox }, stop),
    ];
    // The keeper outlives the work, so that the last of it is written down.
    const workEnded = new AbortController();
    signal.addEventListener("abort", () => running.abort(), { once: true });
    await runTogether(signal, [
      (stop) => runTogether(stop, work).finally(() => workEnded.abort()),
      () => keeper.run(workEnded.signal),
    ]);
  }

  function servedFor(name: string): ServedCertificate | null {
    const holding = holdings.installedFor(name);
    if (holding === null) return null;
    const twin = holdings.twinOf(holding.lineageId);
    return certificateOn(holding, twin === null ? null : certificateOn(twin, null));
  }

  function certificateOn(
    { lineageId, installed }: Holding,
    twin: ServedCertificate | null,
  ): ServedCertificate | null {
    if (installed === null) return null;
    const key = `${lineageId}/${installed.certificateId}-${installed.serial}`;
    return { key, read: () => directory.read(lineageId, installed), twin };
  }

  async function demand(name: string): Promise<ServedCertificate | null> {
    const served = servedFor(name);
    if (served !== null) return served;
    // Known, and not kept: it is fetched without a question.
    if (holdings.askFor(name)) return (await demands.arrival(name, running.signal)) ? servedFor(name) : null;
    return (await demands.installed(name, running.signal)) ? servedFor(name) : null;
  }

  async function knows(name: string): Promise<boolean | null> {
    if (holdings.coverOf(name) !== null) return true;
    const { kind } = await demands.ask(name, running.signal);
    return kind === "failed" ? null : kind !== "unknown";
  }

  async function mayOrder(name: string): Promise<boolean | null> {
    const cover = holdings.coverOf(name);
    if (cover !== null) return cover === "name";
    const answer = await demands.ask(name, running.signal);
    if (answer.kind === "failed") return null;
    return (answer.kind === "served" || answer.kind === "begun") && answer.coveredBy === "name";
  }

  return { run, servedFor, demand, knows, mayOrder };
}

/** Milliseconds in which the workers of a proxy that was reloaded have switched. */
const reloadPatience = 5_000;

async function loadIntoProxy(
  proxy: ProxyAccess,
  shared: Omit<ReloadOptions, "reload"> & Pick<DriveOptions, "directory">,
  stop: AbortSignal,
): Promise<void> {
  if (proxy.kind === "driver") {
    const retries = new Retries(shared.backoff);
    await driveProxy({ ...shared, ...proxy, retries, pacer: new Pacer(proxy.pace) }, stop);
  } else {
    await reloadProxy({ ...shared, reload: proxy.kind === "reload" ? proxy.reload : null }, stop);
  }
}
