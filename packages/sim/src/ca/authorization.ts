import { randomBytes } from "node:crypto";
import type { Instant } from "@certmill/domain";
import type { ProblemDocument } from "../problem.ts";
import { type Random, shuffled } from "../random.ts";
import type { Identifier } from "../x509/identifier.ts";
import type { Account } from "./accounts.ts";
import type { Urls } from "./urls.ts";

export type ChallengeState =
  | { readonly kind: "pending" }
  | { readonly kind: "processing" }
  | { readonly kind: "valid"; readonly at: Instant }
  | { readonly kind: "invalid"; readonly at: Instant; readonly error: ProblemDocument };

/** In the texts of dns-persist-01: whom a record allows to issue. */
export const ISSUER_DOMAIN = "ca.certmill.test";

/** `today`: those of RFC 8555 and RFC 8737. `all`: dns-account-01 and dns-persist-01, too. */
export type ChallengeKinds = "today" | "all";

export interface Challenge {
  readonly id: string;
  readonly type: "http-01" | "dns-01" | "tls-alpn-01" | "dns-account-01" | "dns-persist-01";
  readonly token: string;
  state: ChallengeState;
}

/** An account's right to a name, RFC 8555 section 7.1.4. */
export interface Authorization {
  readonly id: string;
  readonly account: Account;
  /** Without the `*.` of a wildcard. */
  readonly identifier: Identifier;
  readonly wildcard: boolean;
  /** Of the orders it is for; `null`: those without. */
  readonly profile: string | null;
  challenges: readonly Challenge[];
  expires: Instant;
  deactivated: boolean;
}

export type AuthorizationStatus = "pending" | "valid" | "invalid" | "deactivated" | "expired";

/** Nothing stores it: it follows from the challenges and the clock. */
export function authorizationStatus(authorization: Authorization, now: Instant): AuthorizationStatus {
  const { deactivated, challenges, expires } = authorization;
  if (deactivated) return "deactivated";
  if (challenges.some(({ state }) => state.kind === "invalid")) return "invalid";
  if (now >= expires) return "expired";
  return challenges.some(({ state }) => state.kind === "valid") ? "valid" : "pending";
}

/**
 * http-01 among others in a random order, as clients must pick by type. A wildcard gets no http-01 (CA/B
 * Baseline Requirements 3.2.2.4.19). Of kinds `today` half have dns-persist-01, too, which today's clients do not
 * know and must leave alone.
 */
export function offerChallenges(
  { identifier, wildcard }: Pick<Authorization, "identifier" | "wildcard">,
  kinds: ChallengeKinds,
  random: Random,
): readonly Challenge[] {
  const types: Challenge["type"][] = identifier.type === "dns" ? ["dns-01"] : [];
  if (!wildcard) types.push("http-01", "tls-alpn-01");
  if (identifier.type === "dns" && kinds === "all") types.push("dns-account-01", "dns-persist-01");
  if (identifier.type === "dns" && kinds === "today" && random() < 0.5) types.push("dns-persist-01");
  const token = randomBytes(32).toString("base64url");
  return shuffled(types, random).map((type, index) => ({
    id: String(index + 1),
    type,
    token,
    state: { kind: "pending" },
  }));
}

export function authorizationDocument(authorization: Authorization, urls: Urls, now: Instant): object {
  const { identifier, wildcard, challenges, expires } = authorization;
  return {
    identifier,
    status: authorizationStatus(authorization, now),
    expires: new Date(expires).toISOString(),
    challenges: challenges.map((challenge) => challengeDocument(authorization, challenge, urls)),
    ...(wildcard && { wildcard }),
  };
}

export function challengeDocument(authorization: Authorization, challenge: Challenge, urls: Urls): object {
  const { id, type, token, state } = challenge;
  return {
    type,
    status: state.kind,
    url: urls.challenge(authorization.id, id),
    ...(type === "dns-persist-01" ? { "issuer-domain-names": [ISSUER_DOMAIN] } : { token }),
    ...((state.kind === "valid" || state.kind === "invalid") && {
      validated: new Date(state.at).toISOString(),
    }),
    ...(state.kind === "invalid" && { error: state.error }),
  };
}
