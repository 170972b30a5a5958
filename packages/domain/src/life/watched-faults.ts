/** Faults that two or three questions to name servers show to be mended: they are looked at each minute. */
import { type Finding, isOfCaa, isOfProof } from "../check/finding.ts";
import { isOfAddresses } from "./whereabouts.ts";

/** Of addresses, of CAA records and of proofs' places, as seen from here: of each name one for each of the three. */
export function watchedFaults(findings: readonly Finding[]): readonly Finding[] {
  const first = new Map<string, Finding>();
  for (const fault of findings.filter(isWatched)) {
    const key = `${subjectOf(fault)} ${fault.name}`;
    if (!first.has(key)) first.set(key, fault);
  }
  return [...first.values()];
}

const subjectOf = (fault: Finding): "caa" | "proof" | "addresses" =>
  isOfCaa(fault) ? "caa" : isOfProof(fault) ? "proof" : "addresses";

const isWatched = (finding: Finding): boolean =>
  finding.weight === "fault" &&
  (isOfAddresses(finding) || isOfCaa(finding) || isOfProof(finding)) &&
  (finding.seenFrom.length === 0 || finding.seenFrom.includes("here"));
