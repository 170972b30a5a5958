import { after, type Instant, instant } from "@certmill/domain";
import type { Limits } from "../limits/limits.ts";
import { notFound, type ProblemDocument, Refusal } from "../problem.ts";
import type { Random } from "../random.ts";
import type { JsonRecord } from "../record.ts";
import { type Identifier, identifierKey } from "../x509/identifier.ts";
import { type Account, refuseForeign } from "./accounts.ts";
import {
  type Authorization,
  authorizationStatus,
  type Challenge,
  type ChallengeKinds,
  offerChallenges,
} from "./authorization.ts";
import { ExpiryQueue } from "./expiry-queue.ts";
import { type IsBlocked, parseIdentifiers } from "./identifiers.ts";
import { REMEMBERED_FOR } from "./order.ts";
import { leastLeft, type TermsOf } from "./profiles.ts";

/** A challenge that the client says it has met. */
export interface ValidationAttempt {
  readonly type: Challenge["type"];
  /** Without the `*.` of a wildcard. */
  readonly identifier: Identifier;
  readonly wildcard: boolean;
  readonly token: string;
  readonly keyAuthorization: string;
  readonly accountUrl: string;
}

/**
 * Looks whether the client controls the name. Starts at once, ends in the background, or by the CA's clock.
 *
 * @param done takes why it does not, or `null`, and when that was seen.
 */
export type Validate = (
  attempt: ValidationAttempt,
  done: (problem: ProblemDocument | null, at: Instant) => void,
) => void;

/** `valid`: as Let's Encrypt. `valid-and-pending`: two orders may then wait for the same challenge. */
export type AuthorizationReuse = "none" | "valid" | "valid-and-pending";

export interface AuthorizationPolicy {
  readonly reuse: AuthorizationReuse;
  readonly termsOf: TermsOf;
  readonly kinds: ChallengeKinds;
  /** The profiles of orders; one of `null` is that of orders without. None serves two of them. */
  readonly profiles: readonly (string | null)[];
  readonly isBlocked: IsBlocked;
}

interface AuthorizationsParts {
  readonly policy: AuthorizationPolicy;
  readonly validate: Validate;
  /** What is told of validations that end. */
  readonly limits: Limits;
  readonly random: Random;
  readonly now: () => Instant;
}

/** The authorizations of this CA: RFC 8555 section 7.5. */
export class Authorizations {
  readonly #byId = new Map<string, Authorization>();
  /** The newest of an account, profile and identifier. */
  readonly #newest = new Map<string, Authorization>();
  readonly #policy: AuthorizationPolicy;
  readonly #validate: Validate;
  readonly #limits: Limits;
  readonly #random: Random;
  readonly #now: () => Instant;
  readonly #ends = new ExpiryQueue<Authorization>();
  #made = 0;
  #repeated = 0;

  constructor({ policy, validate, limits, random, now }: AuthorizationsParts) {
    this.#policy = policy;
    this.#validate = validate;
    this.#limits = limits;
    this.#random = random;
    this.#now = now;
  }

  /** How often a challenge was posted again while it was being validated. */
  get repeatedChallenges(): number {
    return this.#repeated;
  }

  /** One for this name in an order of this profile: a fresh one, or one that may be used again. */
  obtain(account: Account, requested: Identifier, profile: string | null): Authorization {
    this.#forget();
    const reuseKey = newestKey(account, requested, profile);
    const newest = this.#newest.get(reuseKey);
    if (newest !== undefined && this.#mayReuse(newest)) return newest;
    const wildcard = requested.value.startsWith("*.");
    const identifier = wildcard ? { ...requested, value: requested.value.slice(2) } : requested;
    const authorization: Authorization = {
      id: String(++this.#made),
      account,
      identifier,
      wildcard,
      profile,
      challenges: offerChallenges({ identifier, wildcard }, this.#policy.kinds, this.#random),
      expires: after(this.#now(), this.#policy.termsOf(profile).pendingAuthorizationLife),
      deactivated: false,
    };
    this.#byId.set(authorization.id, authorization);
    this.#ends.add(authorization, after(authorization.expires, REMEMBERED_FOR));
    this.#newest.set(reuseKey, authorization);
    return authorization;
  }

  /** newAuthz: for orders without a profile to come (RFC 8555 section 7.4.1). @throws Refusal */
  preAuthorize(account: Account, payload: JsonRecord): Authorization {
    const [identifier] = parseIdentifiers([payload["identifier"]], this.#policy.isBlocked);
    if (identifier === undefined) throw new Refusal("malformed", "newAuthz request has no identifier");
    if (identifier.value.startsWith("*.")) {
      throw new Refusal("malformed", "A wildcard cannot be authorized before its order");
    }
    return this.obtain(account, identifier, null);
  }

  /** Whether the account may speak for all of them now. */
  holdsAll(account: Account, identifiers: readonly Identifier[]): boolean {
    const now = this.#now();
    return identifiers.every((identifier) =>
      this.#policy.profiles.some((profile) => {
        const newest = this.#newest.get(newestKey(account, identifier, profile));
        return newest !== undefined && authorizationStatus(newest, now) === "valid";
      }),
    );
  }

  /** @throws Refusal 404 when there is none, or it is another account's. */
  find(account: Account, id: string | undefined): Authorization {
    const authorization = this.#byId.get(id ?? "");
    if (authorization === undefined) throw notFound("No such authorization");
    refuseForeign(authorization.account, account, "authorization");
    return authorization;
  }

  /** @throws Refusal 404 */
  findChallenge(authorization: Authorization, id: string | undefined): Challenge {
    const challenge = authorization.challenges.find((each) => each.id === id);
    if (challenge === undefined) throw notFound("No such challenge");
    return challenge;
  }

  /** The client says it is ready (RFC 8555 section 7.5.1). Posting again changes nothing. @throws Refusal */
  respond(authorization: Authorization, challenge: Challenge): void {
    const status = authorizationStatus(authorization, this.#now());
    if (status === "valid") return;
    if (status === "expired") throw notFound("Expired authorization");
    if (status !== "pending") throw new Refusal("malformed", "authorization must be pending");
    if (challenge.state.kind === "processing") {
      this.#repeated += 1;
      return;
    }
    challenge.state = { kind: "processing" };
    const { type, token } = challenge;
    const { identifier, wildcard, account } = authorization;
    const keyAuthorization = `${token}.${account.key.thumbprint}`;
    this.#validate(
      { type, identifier, wildcard, token, keyAuthorization, accountUrl: account.url },
      (problem, at) => {
        this.#conclude(authorization, challenge, problem, at);
      },
    );
  }

  /** RFC 8555 section 7.5.2. @throws Refusal */
  deactivate(authorization: Authorization): void {
    const status = authorizationStatus(authorization, this.#now());
    if (status !== "pending" && status !== "valid") {
      throw new Refusal("malformed", `only valid and pending authorizations can be deactivated`);
    }
    authorization.deactivated = true;
    if (status === "pending")
      this.#limits.failed(authorization.account, authorization.identifier, this.#now());
  }

  #conclude(
    authorization: Authorization,
    challenge: Challenge,
    problem: ProblemDocument | null,
    at: Instant,
  ): void {
    if (authorizationStatus(authorization, at) !== "pending") return;
    const { account, identifier, profile } = authorization;
    if (problem === null) {
      this.#limits.succeeded(account, identifier);
      challenge.state = { kind: "valid", at };
      authorization.expires = after(at, this.#policy.termsOf(profile).authorizationLife);
    } else {
      this.#limits.failed(account, identifier, at);
      challenge.state = { kind: "invalid", at, error: problem };
    }
    // As Boulder: once one was tried, the others are gone.
    authorization.challenges = [challenge];
  }

  /** Authorizations that ended a day ago. */
  #forget(): void {
    const now = this.#now();
    for (const authorization of this.#ends.take(now)) {
      const { id, account, identifier, wildcard, profile, expires } = authorization;
      const end = after(expires, REMEMBERED_FOR);
      if (end > now) {
        this.#ends.add(authorization, end);
        continue;
      }
      this.#byId.delete(id);
      const value = wildcard ? `*.${identifier.value}` : identifier.value;
      const reuseKey = newestKey(account, { ...identifier, value }, profile);
      if (this.#newest.get(reuseKey) === authorization) this.#newest.delete(reuseKey);
    }
  }

  #mayReuse(authorization: Authorization): boolean {
    const { reuse, termsOf } = this.#policy;
    const now = this.#now();
    const least = leastLeft(termsOf(authorization.profile));
    if (instant(authorization.expires - least) <= now) return false;
    switch (authorizationStatus(authorization, now)) {
      case "valid":
        return reuse !== "none";
      case "pending":
        return reuse === "valid-and-pending";
      case "invalid":
      case "deactivated":
      case "expired":
        return false;
    }
  }
}

const newestKey = (account: Account, identifier: Identifier, profile: string | null): string =>
  `${account.id} ${identifierKey(identifier)} ${profile ?? ""}`;
