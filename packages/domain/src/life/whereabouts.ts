/** Whether a certificate's names still lead here, by what a check found. */
import { type ComparedFinding, type Finding, type FindingCode, isOfProof } from "../check/finding.ts";

/** `unknown`: its name servers do not tell, which is no sign of having left. */
export type Whereabouts = "here" | "away" | "unknown";

const away: ReadonlySet<FindingCode> = new Set([
  "no-name",
  "no-address",
  "alias-no-address",
  "points-elsewhere",
]);
const untold: ReadonlySet<FindingCode> = new Set([
  "dns-failed",
  "dnssec-failed",
  "alias-circle",
  "alias-too-long",
]);

/**
 * One name that leads here keeps all of them. Names that are proven in the DNS lead here while their proofs do; a wildcard counts
 * only where no address tells of the others.
 */
export function whereabouts(
  names: readonly string[],
  findings: readonly (Finding | ComparedFinding)[],
): Whereabouts {
  const faults = findings.filter(({ weight }) => weight === "fault");
  const byAddress = faults.some(({ code }) => away.has(code) || untold.has(code));
  const places = names
    .filter((name) => !byAddress || !name.startsWith("*."))
    .map((name): Whereabouts => {
      const told = new Set(faults.filter((fault) => fault.name === name).map(toldBy));
      if (told.has("away")) return "away";
      return told.has("unknown") ? "unknown" : "here";
    });
  const all = new Set(places);
  if (all.has("here")) return "here";
  return all.has("unknown") ? "unknown" : "away";
}

function toldBy(fault: Finding | ComparedFinding): Whereabouts {
  if (isOfProof(fault)) return isProofGone(fault) ? "away" : "unknown";
  if (away.has(fault.code)) return "away";
  return untold.has(fault.code) ? "unknown" : "here";
}

/** Its place was ours and has changed: where it is what it was, a zone of ours is gone, and nobody has left. */
const isProofGone = (fault: Finding | ComparedFinding): boolean =>
  fault.code !== "delegation-failed" && "before" in fault && fault.before !== null;

/** Whether the addresses that a name has, or lacks, are what is wrong. */
export const isOfAddresses = ({ code }: Pick<Finding, "code">): boolean =>
  away.has(code) || untold.has(code) || code.startsWith("stray-");
