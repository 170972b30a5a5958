import type { Receipt } from "@certmill/api/edge";
import type { Bell } from "../flow/bell.ts";
import { workInLanes } from "../flow/lanes.ts";
import type { Retries } from "../flow/retries.ts";
import { type Holding, type Served, sameCertificate } from "../holding/holding.ts";
import type { Holdings } from "../holding/holdings.ts";
import { attemptAt, nextDue } from "../holding/next-due.ts";
import type { Log } from "../log/edge-event.ts";
import type { TlsAddress, Verifies } from "./handshake.ts";
import { type Proof, proveServed } from "./prove-served.ts";

export interface ProveOptions {
  /** Null: what the proxy has loaded is taken for served. */
  readonly proveAt: TlsAddress | null;
  /** Milliseconds for which another certificate may still be served. */
  readonly patience: number;
  /** What is done when another certificate is served than the one loaded: it is given to the proxy again, or just looked at again. */
  readonly onAnother: "load-again" | "look-again";
  /** Whether a name has one certificate: then that of a pair's RSA lineage is what the other is served by. */
  readonly onePerName: boolean;
  readonly holdings: Holdings;
  readonly retries: Retries;
  readonly bell: Bell;
  /** Called for each certificate that is served, or should be and is not. */
  readonly report: (receipt: Receipt) => void;
  readonly log: Log;
}

/** Certificates looked at at once. */
const lanes = 4;

/**
 * Shows of everything the proxy has loaded that it is served, and reports it, until the signal aborts. What
 * cannot be shown is reported, and looked at again later.
 */
export async function proveLineages(options: ProveOptions, signal: AbortSignal): Promise<void> {
  const { holdings, retries, bell } = options;
  const line = { line: holdings.unproved, holdings, retries, attemptOf };
  const next = (underWay: ReadonlySet<string>, most: number) => nextDue(line, underWay, most);
  await workInLanes({ lanes, next, work: (holding) => prove(holding, options, signal), bell }, signal);
}

const attemptOf = ({ lineageId, loaded }: Holding): string => attemptAt(lineageId, loaded);

async function prove(holding: Holding, options: ProveOptions, signal: AbortSignal): Promise<void> {
  const { proveAt, patience, onAnother, onePerName, holdings, retries, report, log } = options;
  const { lineageId, loaded } = holding;
  if (loaded === null) return;
  const { certificateId, names } = loaded;
  const verifies = onePerName ? "all" : verifiersOf(holding, holdings);
  const shown = onePerName ? servedInPlaceOf(loaded, holdings.twinOf(lineageId)) : loaded;
  const proof =
    proveAt === null ? proved : await proveServed({ ...proveAt, patience, verifies }, shown, signal);
  if (signal.aborted && proof.kind !== "proved") return;
  const servedAt = new Date().toISOString();
  if (proof.kind === "proved") {
    retries.succeeded(attemptOf(holding));
    report({ lineageId, certificateId, servedAt, error: null });
    holdings.markProved(lineageId, loaded);
    return;
  }
  const retryAt = retries.failed(attemptOf(holding));
  if (isOvertaken(loaded, holdings.get(lineageId), proof.kind)) return;
  const retryIn = retryAt - Date.now();
  log({ kind: "proof-failed", names, certificateId, reason: proof.reason, retryIn });
  report({ lineageId, certificateId, servedAt, error: proof.reason });
  if (proof.kind === "another" && onAnother === "load-again")
    holdings.markLoaded(new Map([[lineageId, null]]));
}

/**
 * While it was looked at, a newer certificate was loaded, or may have been: what was seen is no fault of the one before.
 * If the newer one is not served, that is told of the newer one.
 */
function isOvertaken(loaded: Served, now: Holding | null, proof: FailedProof): boolean {
  if (now === null || !sameCertificate(now.loaded, loaded)) return true;
  return proof === "another" && !sameCertificate(now.installed, loaded);
}

/** The RSA certificate of its pair, once that is loaded with all of its names. */
function servedInPlaceOf(loaded: Served, twin: Holding | null): Served {
  const other = twin?.loaded ?? null;
  return other !== null && loaded.names.every((name) => other.names.includes(name)) ? other : loaded;
}

/** Where there is a pair, who could verify both may be shown either. */
function verifiersOf({ lineageId, twinOf }: Holding, holdings: Holdings): Verifies {
  if (twinOf !== null) return "rsa";
  return holdings.twinOf(lineageId) === null ? "all" : "ecdsa";
}

type FailedProof = Exclude<Proof["kind"], "proved">;

const proved = { kind: "proved" } as const;
