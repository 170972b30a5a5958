import type { Receipt } from "@certmill/api/edge";
import type { Retries } from "../flow/retries.ts";
import type { Holding, Served } from "../holding/holding.ts";
import type { Holdings } from "../holding/holdings.ts";
import { attemptAt } from "../holding/next-due.ts";
import type { CertificateDirectory } from "../install/certificate-directory.ts";
import type { Log } from "../log/edge-event.ts";
import type { Driver, DriverOutcome } from "./driver.ts";

/** The proxy cannot be reached. */
export type Away = Extract<DriverOutcome, { kind: "away" }>;

export interface PushOptions {
  readonly driver: Driver;
  readonly holdings: Holdings;
  readonly directory: CertificateDirectory;
  readonly retries: Retries;
  /** Called for a certificate that the proxy does not take. */
  readonly report: (receipt: Receipt) => void;
  readonly log: Log;
}

/** What is tried again later when the proxy refuses it. */
export const pushAttemptOf = ({ lineageId, installed }: Holding): string => attemptAt(lineageId, installed);

/** Brings the proxy to what lies on disk for a lineage. @returns why it cannot be reached; null: it has been told. */
export async function pushLineage(
  holding: Holding,
  options: PushOptions,
  signal: AbortSignal,
): Promise<Away | null> {
  const { installed } = holding;
  return installed === null
    ? await withdraw(holding, options, signal)
    : await put(holding, installed, options, signal);
}

async function put(
  holding: Holding,
  installed: Served,
  { driver, holdings, directory, retries, report, log }: PushOptions,
  signal: AbortSignal,
): Promise<Away | null> {
  const { lineageId, twinOf } = holding;
  const { names, certificateId } = installed;
  const pair = directory.readNow(lineageId, installed);
  if (pair === null) {
    // Somebody has removed its files: they are made anew.
    holdings.markInstalled(lineageId, null);
    return null;
  }
  const outcome = await driver.put({ lineageId, names, twinOf, ref: installed, pair }, signal);
  if (outcome.kind === "away") return outcome;
  if (outcome.kind === "done") {
    retries.succeeded(pushAttemptOf(holding));
    holdings.markLoaded(new Map([[lineageId, installed]]));
    log({ kind: "loaded", names, certificateId });
    return null;
  }
  const { reason } = outcome;
  const retryIn = retries.failed(pushAttemptOf(holding)) - Date.now();
  log({ kind: "load-refused", names, certificateId, reason, retryIn });
  report({ lineageId, certificateId, servedAt: new Date().toISOString(), error: reason });
  return null;
}

async function withdraw(
  holding: Holding,
  { driver, holdings, retries, log }: PushOptions,
  signal: AbortSignal,
): Promise<Away | null> {
  const { lineageId, loaded } = holding;
  const names = loaded?.names ?? holding.names;
  const outcome = await driver.remove({ lineageId, names }, signal);
  if (outcome.kind === "away") return outcome;
  if (outcome.kind === "done") {
    retries.succeeded(pushAttemptOf(holding));
    holdings.markLoaded(new Map([[lineageId, null]]));
    return null;
  }
  const { reason } = outcome;
  const retryIn = retries.failed(pushAttemptOf(holding)) - Date.now();
  log({ kind: "unload-refused", names, reason, retryIn });
  return null;
}
