import type { Receipt } from "@certmill/api/edge";
import type { Bell } from "../flow/bell.ts";
import { workInLanes } from "../flow/lanes.ts";
import type { Retries } from "../flow/retries.ts";
import { type CertificateRef, fileStep, type Holding, labelsOf } from "../holding/holding.ts";
import type { Holdings } from "../holding/holdings.ts";
import { attemptAt, nextDue } from "../holding/next-due.ts";
import type { Log } from "../log/edge-event.ts";
import { diskFault } from "./disk-fault.ts";
import { type InstallOptions, installCertificate } from "./install-certificate.ts";

export interface SettleOptions extends InstallOptions {
  readonly holdings: Holdings;
  readonly retries: Retries;
  readonly bell: Bell;
  /** Called for a certificate that cannot be installed. */
  readonly report: (receipt: Receipt) => void;
  readonly log: Log;
}

/** Lineages worked on at once: two requests for a hundred keys each, or what the disk is being given while the next hundred come. */
const lanes = 200;

/**
 * Brings the files of every lineage to what is wanted, until the signal aborts; file operations under way are
 * finished first. A lineage that fails is left for later, and the others go on; a server that is away is left
 * alone by all.
 */
export async function settleLineages(options: SettleOptions, signal: AbortSignal): Promise<void> {
  const { holdings, retries, bell } = options;
  const line = { line: holdings.unsettled, holdings, retries, attemptOf };
  const next = (underWay: ReadonlySet<string>, most: number) => {
    const nextAt = retries.notBefore(server);
    return nextAt > Date.now() ? { ready: [], nextAt } : nextDue(line, underWay, most);
  };
  await workInLanes({ lanes, next, work: (holding) => settle(holding, options, signal), bell }, signal);
}

/** Beside the lineages, what is tried again when it fails. */
const server = "server";

/** A newer certificate, or the removal, does not wait for the retry of an older one. */
const attemptOf = ({ lineageId, wanted }: Holding): string => attemptAt(lineageId, wanted);

async function settle(holding: Holding, options: SettleOptions, signal: AbortSignal): Promise<void> {
  const { wanted } = holding;
  if (options.holdings.isSurplus(holding)) return await remove(holding, "make-room", options);
  const step = fileStep(holding);
  if (step === "install" && wanted !== null) await install(holding, wanted, options, signal);
  if (step === "withdraw" || step === "forget") await remove(holding, step, options);
}

async function install(
  holding: Holding,
  wanted: CertificateRef,
  options: SettleOptions,
  signal: AbortSignal,
): Promise<void> {
  const { holdings, retries, report, log } = options;
  const { lineageId, names } = holding;
  const { certificateId } = wanted;
  const outcome = await installCertificate(holding, wanted, options, signal).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw error;
  });
  if (outcome === null) return;
  if (outcome.kind === "installed") {
    retries.succeeded(server);
    retries.succeeded(attemptOf(holding));
    holdings.markInstalled(lineageId, { ...wanted, names });
    log({ kind: "installed", names, certificateId });
    return;
  }
  const { reason } = outcome;
  // All that were under way fail together; one of them says so.
  if (outcome.kind === "server-away" && retries.notBefore(server) > Date.now()) return;
  const retryIn = retries.failed(outcome.kind === "server-away" ? server : attemptOf(holding)) - Date.now();
  log({ kind: "install-failed", names, certificateId, reason, retryIn });
  if (outcome.kind === "refused") {
    report({ lineageId, certificateId, servedAt: new Date().toISOString(), error: reason });
  }
}

/**
 * Links go first; the files themselves, and the memory of them, when the proxy has loaded that. What makes room goes at once: the
 * proxy asks for it again.
 */
async function remove(
  holding: Holding,
  step: "withdraw" | "forget" | "make-room",
  { directory, holdings, retries, log }: SettleOptions,
): Promise<void> {
  const { lineageId, names, twinOf, installed } = holding;
  try {
    await directory.unlink(lineageId, labelsOf(twinOf, installed?.names ?? names));
    if (step !== "withdraw") directory.prune(lineageId, []);
  } catch (error) {
    const reason = diskFault(error);
    if (reason === null) throw error;
    const retryIn = retries.failed(attemptOf(holding)) - Date.now();
    log({ kind: "withdraw-failed", names, reason, retryIn });
    return;
  }
  retries.succeeded(attemptOf(holding));
  if (step === "forget") return holdings.forget(lineageId);
  holdings.markInstalled(lineageId, null);
  if (step === "withdraw") log({ kind: "withdrawn", names });
}
