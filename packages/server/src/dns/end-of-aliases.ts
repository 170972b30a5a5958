import type { NameLookups } from "../checks/resolver.ts";

export type AliasEnd =
  | { readonly kind: "end"; readonly name: string }
  /** It cannot be told whether, or how, the aliases go on from `name`. */
  | { readonly kind: "unknown"; readonly name: string; readonly detail: string };

/** As many as resolvers follow. */
const mostAliases = 10;

/** Where CNAME records lead from a name; the name itself where it has none. */
export async function endOfAliases(lookups: NameLookups, name: string): Promise<AliasEnd> {
  const seen = [name];
  for (let at = name; ; ) {
    const answer = await lookups.ask<string>(at, "CNAME");
    if (answer.kind === "failed" || answer.kind === "dnssec")
      return { kind: "unknown", name: at, detail: `${at} cannot be looked up: ${answer.detail}` };
    const target = answer.kind === "found" ? answer.records[0] : undefined;
    if (target === undefined) return { kind: "end", name: at };
    at = target.toLowerCase().replace(/\.$/, "");
    if (seen.includes(at) || seen.length > mostAliases)
      return { kind: "unknown", name, detail: `The alias of ${name} does not end.` };
    seen.push(at);
  }
}
