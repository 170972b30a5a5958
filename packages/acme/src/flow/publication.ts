import type { Challenge } from "../client/challenge.ts";
import type { Identifier } from "../wire/identifier.ts";

/** A challenge that is to be published; the functions of `http01`, `dns01` and the others say what, and where. */
export interface Publication {
  readonly identifier: Identifier;
  readonly challenge: Challenge;
  /** base64url; "" for types without one. */
  readonly token: string;
  /** RFC 8555 section 8.1; "" for types without a token. */
  readonly keyAuthorization: string;
  readonly thumbprint: string;
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
