/** CAA records as findings tell them, and whether they are others by now. */
import type { CaaRecord } from "./caa.ts";
import { cutFound, type Finding } from "./finding.ts";
import type { CaaFacts } from "./name-facts.ts";

export const caaTexts = (records: readonly CaaRecord[]): readonly string[] =>
  records.map(({ flags, tag, value }) => `${flags} ${tag} "${value}"`);

/** Whether there are other records than those a fault is about, in any order, or an answer where there was none. */
export function caaHasChanged({ code, found }: Pick<Finding, "code" | "found">, caa: CaaFacts): boolean {
  if (caa.kind !== "set" && caa.kind !== "absent") return false;
  if (code === "caa-failed" || code === "caa-dnssec") return true;
  const texts = cutFound(caa.kind === "absent" ? [] : caaTexts(caa.records));
  return texts.toSorted().join("\n") !== found.toSorted().join("\n");
}
