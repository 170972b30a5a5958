/**
 * One name, seen from several places. A CA looks from several itself and forgives a few that see something else, so what one
 * of many sees is worth to know and delays nothing.
 */
import type { Finding } from "./finding.ts";
import { findingCodes } from "./finding.ts";
import { type CaForCheck, type Ingress, judgeName } from "./judge-name.ts";
import type { NameFacts } from "./name-facts.ts";

export interface View {
  /** The vantage point; null: who makes the check. */
  readonly from: string | null;
  readonly facts: NameFacts;
}

/**
 * Places that may see a fault without an order's failing for it, of `places` in all. A CA with two to five remote
 * perspectives forgives one (Baseline Requirements of the CA/Browser Forum, section 3.2.2.9).
 */
const forgiven = (places: number): number => (places >= 3 ? 1 : 0);

/** What each place finds, once, with the places: faults first. With one view it is that view's. */
export function judgeViews(views: readonly View[], ingress: Ingress, cas: readonly CaForCheck[]): Finding[] {
  const found = new Map<
    string,
    { readonly finding: Finding; readonly seers: (string | null)[]; faults: number }
  >();
  for (const { from, facts } of views) {
    for (const finding of judgeName(facts, ingress, cas)) {
      const key = JSON.stringify([finding.code, finding.ca]);
      const known = found.get(key) ?? { finding, seers: [], faults: 0 };
      known.seers.push(from);
      if (finding.weight === "fault") known.faults += 1;
      found.set(key, known);
    }
  }
  return [...found.values()]
    .map(({ finding, seers, faults }) => ({
      ...finding,
      weight: isFault(finding, { seers, faults, places: views.length })
        ? ("fault" as const)
        : ("notice" as const),
      seenFrom: seers.length === views.length ? [] : seers.map((from) => from ?? here),
    }))
    .toSorted((a, b) => Number(a.weight === "notice") - Number(b.weight === "notice"));
}

/** How who makes the check is called among places. */
const here = "here";

function isFault(
  { code }: Finding,
  {
    seers,
    faults,
    places,
  }: { readonly seers: readonly (string | null)[]; readonly faults: number; readonly places: number },
): boolean {
  if (faults <= forgiven(places)) return false;
  // A request that fails from here alone fails for reasons of our own, such as a network that does not lead back to itself.
  const isOurs = findingCodes[code] === "probe" && places > 1 && seers.length === 1 && seers[0] === null;
  return !isOurs;
}
