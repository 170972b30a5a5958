/** What a check found, beside what the last one saw that passed: a renewal that fails names what has changed. */
import type { Instant } from "../time/instant.ts";
import { type ComparedFinding, type Finding, isOfCaa, isOfProof } from "./finding.ts";
import type { NameRecords } from "./name-records.ts";

/** Of one name. */
export interface KeptRecords extends NameRecords {
  /** When the last check was that saw them; null: the last of all did, or saw nothing wrong. */
  readonly until: Instant | null;
}

export interface Checked {
  readonly findings: readonly Finding[];
  /** Of the names that were reached. */
  readonly records: readonly NameRecords[];
}

export interface Compared {
  readonly findings: readonly ComparedFinding[];
  /** What is to be kept from now on; null: what is kept already. */
  readonly kept: readonly KeptRecords[] | null;
}

/** @param past `checkedAt` is the last check's; null: there was none. */
export function compareChecks(
  { findings, records }: Checked,
  past: {
    readonly names: readonly string[];
    readonly kept: readonly KeptRecords[];
    readonly checkedAt: Instant | null;
  },
): Compared {
  const before = new Map(past.kept.map((each) => [each.name, each]));
  const now = new Map(records.map((each) => [each.name, each]));
  const wrong = new Set(findings.filter(({ weight }) => weight === "fault").map(({ name }) => name));
  const kept = past.names.flatMap((name): KeptRecords | [] => {
    const old = before.get(name);
    const seen = now.get(name);
    if (seen === undefined) return old ?? [];
    if (!wrong.has(name)) return { ...merged(old, seen), until: null };
    return old === undefined ? [] : { ...old, until: old.until ?? past.checkedAt };
  });
  const keptBy = new Map(kept.map((each) => [each.name, each]));
  return {
    findings: findings.map((finding) => ({
      ...finding,
      before: beforeOf(finding, keptBy.get(finding.name), now.get(finding.name)),
    })),
    kept: fingerprint(kept) === fingerprint(past.kept) ? null : kept,
  };
}

/** What is not told today is as it was. */
const merged = (old: KeptRecords | undefined, seen: NameRecords): NameRecords => ({
  name: seen.name,
  addresses: seen.addresses ?? old?.addresses ?? null,
  alias: seen.addresses === null ? (old?.alias ?? seen.alias) : seen.alias,
  proof: seen.proof ?? old?.proof ?? null,
  caa: seen.caa ?? old?.caa ?? null,
});

/** Null where the records are what they were: then something else has changed, such as what is right. */
function beforeOf(
  finding: Finding,
  kept: KeptRecords | undefined,
  now: NameRecords | undefined,
): ComparedFinding["before"] {
  if (finding.weight !== "fault" || kept === undefined || kept.until === null) return null;
  const { until, alias, addresses, caa, proof } = kept;
  if (isOfCaa(finding))
    return caa === null || isSame(caa, now?.caa) ? null : { found: caa, where: null, until };
  if (isOfProof(finding))
    return proof === null || proof === now?.proof ? null : { found: [proof], where: null, until };
  if (addresses === null || (isSame(addresses, now?.addresses) && alias === now?.alias)) return null;
  return { found: addresses, where: alias, until };
}

const isSame = (a: readonly string[], b: readonly string[] | null | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

const fingerprint = (kept: readonly KeptRecords[]): string =>
  JSON.stringify(
    kept.map(({ name, addresses, alias, proof, caa, until }) => [name, addresses, alias, proof, caa, until]),
  );
