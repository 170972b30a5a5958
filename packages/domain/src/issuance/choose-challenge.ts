/** By which challenge a name is proven. Chosen once, when an order's authorizations are read; the choice is stored. */
import { isIpName } from "../name/ip-name.ts";
import type { AuthorizationFacts, OfferedChallenge } from "./input.ts";

/** Those that Certmill answers (RFC 8555 sections 8.3 and 8.4, RFC 8737). */
export const challengeTypes = ["http-01", "dns-01", "tls-alpn-01"] as const;
export type ChallengeType = (typeof challengeTypes)[number];

/**
 * A wildcard has DNS-01 only, an IP address has not got it (RFC 8738 section 7). Another name goes as its
 * lineage wishes; without a wish by DNS-01 where we can write its record anyway, in a zone of ours or beside that of
 * its own wildcard, and else by HTTP-01, which needs nothing of the customer's DNS but the address. By TLS-ALPN-01 only by
 * wish: whether the edges can answer it is the operator's to know.
 *
 * @param all the order's.
 * @returns null when the CA offers none that fits.
 */
export function chooseChallenge(
  { identifier, challenges, inOurZone }: AuthorizationFacts,
  all: readonly AuthorizationFacts[],
  wish: ChallengeType | null,
): OfferedChallenge | null {
  const names = all.map((other) => other.identifier);
  for (const type of preferred(identifier, { names, inOurZone, wish })) {
    const offered = challenges.find((challenge) => challenge.type === type);
    if (offered !== undefined) return offered;
  }
  return null;
}

interface Circumstances {
  /** All of the order. */
  readonly names: readonly string[];
  readonly inOurZone: boolean;
  readonly wish: ChallengeType | null;
}

/** By what a name is going to be proven when a CA offers everything. */
export const expectedChallenge = (name: string, circumstances: Circumstances): ChallengeType =>
  preferred(name, circumstances)[0];

function preferred(
  name: string,
  { names, inOurZone, wish }: Circumstances,
): readonly [ChallengeType, ...ChallengeType[]] {
  if (name.startsWith("*.")) return ["dns-01"];
  if (isIpName(name)) return [wish === "tls-alpn-01" ? wish : "http-01"];
  if (wish !== null) return [wish];
  return names.includes(`*.${name}`) || inOurZone ? ["dns-01", "http-01"] : ["http-01"];
}
