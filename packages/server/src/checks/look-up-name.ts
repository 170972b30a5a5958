/** A name's addresses, aliases and CAA records, each by as few questions as it takes. */
import { type AliasEnd, type CaaFacts, type CaaRecord, climbingOrder, type Lookup } from "@certmill/domain";
import type { RecordType } from "dns-packet";
import { storableText } from "../storable-text.ts";
import type { Answered, NameLookups } from "./resolver.ts";

export interface AddressesOfName {
  readonly aliases: readonly string[];
  readonly aliasEnd: AliasEnd;
  readonly v4: Lookup<string>;
  readonly v6: Lookup<string>;
}

/** As many as resolvers follow. */
const mostAliases = 10;

export async function lookUpAddresses(lookups: NameLookups, name: string): Promise<AddressesOfName> {
  const { aliases, end, answer: v4 } = await follow<string>(lookups, name, "A");
  // A name's alias holds for all types.
  const v6 =
    end === "ends" && v4.kind !== "no-name"
      ? (await follow<string>(lookups, aliases.at(-1) ?? name, "AAAA")).answer
      : v4;
  return { aliases, aliasEnd: end, v4, v6 };
}

/** RFC 8659 section 3: the closest of the name and its parents that has any. */
export async function lookUpCaa(lookups: NameLookups, name: string): Promise<CaaFacts> {
  for (const at of climbingOrder(name)) {
    const { answer } = await follow<CaaRecord>(lookups, at, "CAA");
    if (answer.kind === "found") {
      return {
        kind: "set",
        at,
        records: answer.records.map(storable),
      };
    }
    if (answer.kind === "dnssec" || answer.kind === "failed")
      return { kind: answer.kind, at, detail: answer.detail };
  }
  return { kind: "absent" };
}

const storable = ({ flags, tag, value }: CaaRecord): CaaRecord => ({
  flags,
  tag: storableText(tag),
  value: storableText(value),
});

interface Followed<T> {
  readonly aliases: readonly string[];
  readonly end: AliasEnd;
  readonly answer: Lookup<T>;
}

async function follow<T>(lookups: NameLookups, name: string, type: RecordType): Promise<Followed<T>> {
  const aliases: string[] = [];
  for (let at = name; ; ) {
    const answer: Answered<T> = await lookups.ask<T>(at, type);
    if (answer.kind !== "alias") return { aliases, end: "ends", answer };
    const isCircle = answer.target === name || aliases.includes(answer.target);
    aliases.push(answer.target);
    const failed = (detail: string): Lookup<T> => ({ kind: "failed", detail });
    if (isCircle) return { aliases, end: "circle", answer: failed("its alias leads in a circle") };
    if (aliases.length > mostAliases)
      return { aliases, end: "too-long", answer: failed("its alias leads on and on") };
    at = answer.target;
  }
}
