import type { Challenge } from "../client/challenge.ts";
import type { Identifier } from "../wire/identifier.ts";

/** A challenge that is to be published; the functions of `http01`, `dns01` and the others say what, and where. */
export interface Publication {
  /** Whose control is to be proved; without the "*." of a wildcard. */
  readonly identifier: Identifier;
  /** The CA's offer that is taken. */
  readonly challenge: Challenge;
  /** base64url; "" for types without one. */
  readonly token: string;
  /** RFC 8555 section 8.1; "" for types without a token. */
  readonly keyAuthorization: string;
  /** The account key's, RFC 7638. */
  readonly thumbprint: string;
  /** As the CA gave it. */
  readonly accountUrl: string;
}

/**
 * Makes the answer to a challenge visible to the CA, from everywhere, before it returns.
 *
 * @returns what takes it away again, called once the CA has decided, however it did; or nothing.
 */
export type Publish = (publication: Publication) => Promise<Withdraw | void> | Withdraw | void;

/** Takes a publication away. */
export type Withdraw = () => Promise<void> | void;

/** By challenge type, such as "http-01"; the first that an authorization offers is taken. */
export type Publishers = Readonly<Record<string, Publish>>;
