/** Faults that two or three questions to name servers show to be mended: they are looked at each minute. */
import { type Finding, isOfCaa } from "../check/finding.ts";
import { isOfAddresses } from "./whereabouts.ts";

/** Of addresses and of CAA records, as seen from here: of each name one for each of the two. */
export function watchedFaults(findings: readonly Finding[]): readonly Finding[] {
  const first = new Map<string, Finding>();
  for (const fault of findings.filter(isWatched)) {
    const key = `${isOfCaa(fault) ? "caa" : "addresses"} ${fault.name}`;
    if (!first.has(key)) first.set(key, fault);
  }
  return [...first.values()];
}

const isWatched = (finding: Finding): boolean =>
  finding.weight === "fault" &&
  (isOfAddresses(finding) || isOfCaa(finding)) &&
  (finding.seenFrom.length === 0 || finding.seenFrom.includes("here"));
