/** What DNS said of a name when its check passed: kept, so that what is wrong later can be told beside it. */
import { isIpName } from "../name/ip-name.ts";
import { addressText, parseAddress } from "./address.ts";
import { caaTexts } from "./caa-texts.ts";
import { cutFound } from "./finding.ts";
import type { NameFacts } from "./name-facts.ts";

export interface NameRecords {
  readonly name: string;
  /** In one order, of many the first 20; null: not told, or of no matter for how the name is proven. */
  readonly addresses: readonly string[] | null;
  /** Where its CNAME records end; null: it has none. */
  readonly alias: string | null;
  /** Where its proof by DNS-01 goes: its own place, or where CNAME records lead from there; null: not told, or it is proven otherwise. */
  readonly proof: string | null;
  /** As findings tell them, in one order, of many the first 20; null: not told. */
  readonly caa: readonly string[] | null;
}

export const recordsOf = (facts: NameFacts): NameRecords => ({
  name: facts.name,
  addresses: addressesOf(facts),
  alias: facts.aliases.at(-1) ?? null,
  proof: facts.proof?.kind === "ours" || facts.proof?.kind === "elsewhere" ? facts.proof.name : null,
  caa: caaOf(facts),
});

function addressesOf({ name, challenge, aliasEnd, v4, v6 }: NameFacts): readonly string[] | null {
  const known = [v4, v6].every(({ kind }) => kind !== "failed" && kind !== "dnssec");
  if (challenge === "dns-01" || isIpName(name) || aliasEnd !== "ends" || !known) return null;
  const records = [v4, v6].flatMap((lookup) => (lookup.kind === "found" ? lookup.records : []));
  return cutFound(records.map(oneForm).toSorted());
}

function oneForm(record: string): string {
  const address = parseAddress(record);
  return address === null ? record : addressText(address);
}

function caaOf({ caa }: NameFacts): readonly string[] | null {
  if (caa.kind === "absent") return [];
  return caa.kind === "set" ? cutFound(caaTexts(caa.records).toSorted()) : null;
}
