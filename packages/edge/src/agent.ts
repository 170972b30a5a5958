import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Client, Receipt } from "@certmill/api";
import { EdgeFault } from "./edge-fault.ts";
import { followServer } from "./feed/follow-server.ts";
import type { Backoff } from "./flow/backoff.ts";
import { Bell } from "./flow/bell.ts";
import { Retries } from "./flow/retries.ts";
import { runTogether } from "./flow/run-together.ts";
import { Holdings } from "./holding/holdings.ts";
import { type AgentState, loadState } from "./holding/state-file.ts";
import { StateKeeper } from "./holding/state-keeper.ts";
import { CertificateDirectory } from "./install/certificate-directory.ts";
import type { KeyPair } from "./install/check-key-pair.ts";
import { checkLinks } from "./install/check-links.ts";
import { diskFault } from "./install/disk-fault.ts";
import { type LayoutName, layouts } from "./install/layout.ts";
import { settleLineages } from "./install/settle-lineages.ts";
import type { Log } from "./log/edge-event.ts";
import { Outbox } from "./receipt/outbox.ts";
import { sendReceipts } from "./receipt/send-receipts.ts";
import { type Reload, reloadProxy } from "./reload/reload-proxy.ts";

export interface AgentOptions {
  readonly client: Client;
  /** The edge's own name: what receipts and the server's status page call it. */
  readonly edge: string;
  /** Where proxies read; made if it is not there. One agent to a directory. */
  readonly directory: string;
  readonly layout: LayoutName;
  /** Null: the proxy takes new files by itself. */
  readonly reload: Reload | null;
  /** Seconds for which the server may hold a poll that has nothing to tell. */
  readonly wait: number;
  /** For everything that is tried again. */
  readonly backoff: Backoff;
  readonly log: Log;
}

/** A certificate on disk that a name is served with. */
export interface ServedCertificate {
  /** Differs between any two certificates. */
  readonly key: string;
  /** Null: it is not on disk any more. */
  read(): Promise<KeyPair | null>;
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
  const { client, edge, layout, reload, backoff, log } = options;
  await mkdir(options.directory, { recursive: true, mode: 0o755 });
  const statePath = join(options.directory, ".state", "state.json");

  const bell = new Bell();
  const changed = (): void => {
    keeper.changed();
    bell.ring();
  };
  const holdings = new Holdings(changed);
  const outbox = new Outbox(changed);
  const state = (): AgentState => ({
    version: 1,
    cursor: holdings.cursor,
    lineages: [...holdings.all()],
    receipts: outbox.all(),
  });
  const keeper = new StateKeeper({ path: statePath, state, backoff, log });
  const directory = new CertificateDirectory(options.directory, layouts[layout]);

  const loaded = await loadState(statePath);
  if (loaded.kind === "unreadable") log({ kind: "state-unreadable", keptAt: loaded.keptAt });
  if (loaded.kind === "found") {
    holdings.resume(loaded.state.cursor, loaded.state.lineages);
    for (const receipt of loaded.state.receipts) outbox.add(receipt);
  }
  await checkLinks(holdings, directory);

  async function run(signal: AbortSignal): Promise<void> {
    const report = (receipt: Receipt): void => outbox.add(receipt);
    const shared = { client, edge, holdings, directory, bell, backoff, log, report };
    const work = [
      (stop: AbortSignal) => followServer({ ...shared, wait: options.wait, keeper }, stop),
      (stop: AbortSignal) => settleLineages({ ...shared, retries: new Retries(backoff) }, stop),
      (stop: AbortSignal) => reloadProxy({ ...shared, reload }, stop),
      (stop: AbortSignal) => sendReceipts({ ...shared, outbox }, stop),
    ];
    // The keeper outlives the work, so that the last of it is written down.
    const workEnded = new AbortController();
    await runTogether(signal, [
      (stop) => runTogether(stop, work).finally(() => workEnded.abort()),
      () => keeper.run(workEnded.signal),
    ]);
  }

  function servedFor(name: string): ServedCertificate | null {
    const holding = holdings.installedFor(name);
    if (holding === null || holding.installed === null) return null;
    const { lineageId, installed } = holding;
    const key = `${lineageId}/${installed.certificateId}-${installed.serial}`;
    return { key, read: () => directory.read(lineageId, installed) };
  }

  return { run, servedFor };
}
