import type { NameTable } from "../dns/name-table.ts";
import { type ProblemDocument, problemDocument } from "../problem.ts";

/** One place in the network from which a name is looked at. */
export interface View {
  readonly names: NameTable;
  /** A loopback address to come from; `null`: the system's choice. */
  readonly from: string | null;
  /** Deadline and end of the validation. */
  readonly signal: AbortSignal;
}

/** `connect`: nobody was reached. `answer`: somebody was, but gave no whole answer. */
export type Stage = "connect" | "answer";

/** Why nothing came of a connection, in Boulder's words. */
export function failureText(error: unknown, stage: Stage, signal: AbortSignal): string {
  if (signal.aborted) {
    return stage === "connect"
      ? "Timeout during connect (likely firewall problem)"
      : "Timeout after connect (your server may be slow or overloaded)";
  }
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ECONNREFUSED") return "Connection refused";
  return code === "ECONNRESET" ? "Connection reset by peer" : "Error getting validation data";
}

/** A name without the records that were asked for. */
export function nameProblem(name: string, ...recordTypes: readonly string[]): ProblemDocument {
  const faults = recordTypes.map(
    (type) =>
      `DNS problem: NXDOMAIN looking up ${type} for ${name} - check that a DNS record exists for this domain`,
  );
  return problemDocument("dns", faults.join("; "));
}
