import type { Receipt } from "@certmill/api";
import type { Bell } from "../flow/bell.ts";
import type { Retries } from "../flow/retries.ts";
import { runTogether } from "../flow/run-together.ts";
import { type CertificateRef, fileStep, type Holding } from "../holding/holding.ts";
import type { Holdings } from "../holding/holdings.ts";
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

/** Lineages worked on at once: enough to hide the way to the server, few enough to spare it. */
const lanes = 4;

/**
 * Brings the files of every lineage to what is wanted, until the signal aborts; file operations under way are
 * finished first. A lineage that fails is left for later, and the others go on.
 */
export async function settleLineages(options: SettleOptions, signal: AbortSignal): Promise<void> {
  const underWay = new Set<string>();
  const lane = async (stop: AbortSignal): Promise<void> => {
    while (!stop.aborted) {
      const due = nextDue(options, underWay);
      if (typeof due !== "object" || due === null) {
        await options.bell.rung(due, stop);
        continue;
      }
      underWay.add(due.lineageId);
      await settle(due, options, stop);
      underWay.delete(due.lineageId);
    }
  };
  await runTogether(
    signal,
    Array.from({ length: lanes }, () => lane),
  );
}

/** A lineage to work on; else when the first that failed is due again, null when none has failed. */
function nextDue(
  { holdings, retries }: SettleOptions,
  underWay: ReadonlySet<string>,
): Holding | number | null {
  const now = Date.now();
  let retryAt: number | null = null;
  for (const lineageId of holdings.unsettled) {
    const holding = holdings.get(lineageId);
    if (holding === null || underWay.has(lineageId)) continue;
    const notBefore = retries.notBefore(attemptOf(holding));
    if (notBefore <= now) return holding;
    retryAt = Math.min(retryAt ?? notBefore, notBefore);
  }
  return retryAt;
}

/** What is retried: a newer certificate, or the removal, does not wait for the retry of an older one. */
const attemptOf = ({ lineageId, wanted }: Holding): string =>
  `${lineageId}/${wanted === null ? "none" : `${wanted.certificateId}-${wanted.serial}`}`;

async function settle(holding: Holding, options: SettleOptions, signal: AbortSignal): Promise<void> {
  const step = fileStep(holding);
  const { wanted } = holding;
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
    retries.succeeded(attemptOf(holding));
    holdings.markInstalled(lineageId, { ...wanted, names });
    log({ kind: "installed", names, certificateId });
    return;
  }
  const { reason } = outcome;
  const retryIn = retries.failed(attemptOf(holding)) - Date.now();
  log({ kind: "install-failed", names, certificateId, reason, retryIn });
  if (outcome.kind === "refused") {
    report({ lineageId, certificateId, servedAt: new Date().toISOString(), error: reason });
  }
}

/** Links go first; the files themselves, and the memory of them, when the proxy has loaded that. */
async function remove(
  holding: Holding,
  step: "withdraw" | "forget",
  { directory, holdings, retries, log }: SettleOptions,
): Promise<void> {
  const { lineageId, names, installed } = holding;
  try {
    await directory.unlink(lineageId, installed?.names ?? names);
    if (step === "forget") await directory.prune(lineageId, []);
  } catch (error) {
    const reason = diskFault(error);
    if (reason === null) throw error;
    const retryIn = retries.failed(attemptOf(holding)) - Date.now();
    log({ kind: "withdraw-failed", names, reason, retryIn });
    return;
  }
  retries.succeeded(attemptOf(holding));
  if (step === "withdraw") {
    holdings.markInstalled(lineageId, null);
    log({ kind: "withdrawn", names });
  } else {
    holdings.forget(lineageId);
  }
}
