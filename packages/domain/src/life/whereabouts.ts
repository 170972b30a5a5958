/** Whether a certificate's names still lead here, by what a check found. */
import type { Finding, FindingCode } from "../check/finding.ts";

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

/** One name that leads here keeps all of them; wildcards lead nowhere. A name without a fault leads here. */
export function whereabouts(names: readonly string[], findings: readonly Finding[]): Whereabouts {
  const faults = findings.filter(({ weight }) => weight === "fault");
  const places = names
    .filter((name) => !name.startsWith("*."))
    .map((name): Whereabouts => {
      const codes = faults.filter((fault) => fault.name === name).map(({ code }) => code);
      if (codes.some((code) => away.has(code))) return "away";
      return codes.some((code) => untold.has(code)) ? "unknown" : "here";
    });
  if (places.length === 0 || places.includes("here")) return "here";
  return places.includes("unknown") ? "unknown" : "away";
}

/** Whether the addresses that a name has, or lacks, are what is wrong. */
export const isOfAddresses = ({ code }: Pick<Finding, "code">): boolean =>
  away.has(code) || untold.has(code) || code.startsWith("stray-");
