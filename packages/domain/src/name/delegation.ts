/** Names whose proofs somebody else's zone takes: their owner sets a CNAME record once. */
import type { ChallengeType } from "../issuance/choose-challenge.ts";
import { longestName, withoutWildcard } from "./dns-name.ts";
import { isIpName } from "./ip-name.ts";

/** Where a CA looks for the proofs of a name and of its wildcard (RFC 8555 section 8.4). */
export const proofName = (name: string): string => `_acme-challenge.${withoutWildcard(name)}`;

/**
 * The name in the operator's zone that the CNAME of a domain's `proofName` is to lead to: one for each domain, as no two
 * may share their texts. Null: the name is too long for that.
 */
export function delegationTarget(name: string, zone: string): string | null {
  const target = `${withoutWildcard(name)}.${zone}`;
  return target.length > longestName ? null : target;
}

/** Those of a lineage's names that are proven by DNS-01 in any case, each once for itself and its wildcard. */
export function namesByDns(names: readonly string[], wish: ChallengeType | null): readonly string[] {
  const wanted =
    wish === "dns-01"
      ? names.filter((name) => !isIpName(name))
      : names.filter((name) => name.startsWith("*."));
  return [...new Set(wanted.map(withoutWildcard))];
}
