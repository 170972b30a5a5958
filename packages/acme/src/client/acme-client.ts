import type { AccountKey } from "../wire/account-key.ts";
import { AcmeError } from "../wire/acme-error.ts";
import { bindExternalAccount, NO_PAYLOAD } from "../wire/jws.ts";
import { parseRetryAfter } from "../wire/retry-after.ts";
import { secureUrl } from "../wire/secure-url.ts";
import type { AcmeHttpResponse, Transport } from "../wire/transport.ts";
import { type Account, type NewAccountRequest, parseAccount } from "./account.ts";
import { type Authorization, parseAuthorization } from "./authorization.ts";
import { type Challenge, parseChallenge } from "./challenge.ts";
import type { Directory } from "./directory.ts";
import { type NewOrderRequest, type Order, parseOrder } from "./order.ts";
import { type ObservedRequest, type SignedPost, SignedRequests } from "./signed-requests.ts";

/** An object of the CA as it is right now. */
export interface Retrieved<T> {
  readonly resource: T;
  /** The `Location` of the response, else the URL that was asked. */
  readonly url: string;
  /** When the CA wants to be asked again: milliseconds since the epoch, unclamped; null when it does not say. */
  readonly retryAt: number | null;
}

export interface AcmeClientOptions {
  readonly directoryUrl: string;
  readonly transport: Transport;
  readonly key: AccountKey;
  /** The key's account; without it, `newAccount` comes first. */
  readonly accountUrl?: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of every HTTP request once it is over, however it ended. Must not throw. */
  readonly onRequest?: (request: ObservedRequest) => void;
}

/**
 * The protocol's steps, one method each (RFC 8555). It keeps nothing that matters: every object is asked
 * for by its URL, so a process that stored the URLs resumes with a new client. It never sleeps and retries
 * nothing but a bad nonce; when to come back is in the answers.
 *
 * Every method throws AcmeError, or the reason of the `signal` that ended it.
 */
export class AcmeClient {
  readonly #requests: SignedRequests;
  readonly #key: AccountKey;
  readonly #now: () => number;

  /** @throws TypeError for a directory URL that is neither https nor on this machine. */
  constructor(options: AcmeClientOptions) {
    const directoryUrl = secureUrl(options.directoryUrl);
    if (directoryUrl === null) throw new TypeError("directoryUrl must be an absolute https URL");
    this.#key = options.key;
    this.#now = options.now;
    this.#requests = new SignedRequests({
      directoryUrl,
      transport: options.transport,
      key: options.key,
      accountUrl: options.accountUrl ?? null,
      now: options.now,
      onRequest: options.onRequest ?? (() => {}),
    });
  }

  /** Remembered for an hour. */
  directory(signal?: AbortSignal): Promise<Directory> {
    return this.#requests.directory(signal);
  }

  /**
   * Makes the key's account or finds the one it has (RFC 8555 section 7.3); this client then acts as it.
   *
   * @throws TypeError for an external account binding whose HMAC key is not base64url.
   */
  async newAccount(request: NewAccountRequest, signal?: AbortSignal): Promise<Account> {
    const { newAccount: url } = await this.#requests.directory(signal);
    const { externalAccountBinding: binding, ...members } = request;
    const payload = JSON.stringify({
      ...members,
      ...(binding === undefined
        ? {}
        : { externalAccountBinding: bindExternalAccount(binding, this.#key, url) }),
    });
    const response = await this.#requests.postAsKey({
      resource: "newAccount",
      url,
      payload,
      accept: JSON_TYPE,
      signal,
    });
    const account = parseAccount(response.body, requiredLocation(response, url, "newAccount"));
    this.#requests.signAs(account.url);
    return account;
  }

  /**
   * Orders a certificate (RFC 8555 section 7.4). The CA may hand back an order it already has for the same
   * names, in any status.
   */
  async newOrder(request: NewOrderRequest, signal?: AbortSignal): Promise<Retrieved<Order>> {
    const { newOrder: url } = await this.#requests.directory(signal);
    const post = {
      resource: "newOrder",
      url,
      payload: JSON.stringify(request),
      accept: JSON_TYPE,
      signal,
    } as const;
    const response = await this.#requests.post(post);
    requiredLocation(response, url, "newOrder");
    return this.#retrieved(response, url, parseOrder(response.body, this.#now()));
  }

  async order(url: string, signal?: AbortSignal): Promise<Retrieved<Order>> {
    const response = await this.#get("order", url, signal);
    return this.#retrieved(response, url, parseOrder(response.body, this.#now()));
  }

  async authorization(url: string, signal?: AbortSignal): Promise<Retrieved<Authorization>> {
    const response = await this.#get("authorization", url, signal);
    return this.#retrieved(response, url, parseAuthorization(response.body, this.#now()));
  }

  /**
   * Tells the CA that the challenge can be validated now (RFC 8555 section 7.5.1). To be called once: CAs
   * answer each call with a validation of its own.
   */
  async respondToChallenge(url: string, signal?: AbortSignal): Promise<Retrieved<Challenge>> {
    const post = { resource: "challenge", url, payload: "{}", accept: JSON_TYPE, signal } as const;
    const response = await this.#requests.post(post);
    return this.#retrieved(response, url, parseChallenge(response.body, this.#now()));
  }

  /**
   * Hands in the CSR of a `ready` order (RFC 8555 section 7.4).
   *
   * @returns the order, mostly `processing`. Its `url` is the finalize URL with CAs that send no `Location`:
   *   go on polling the URL that newOrder gave.
   */
  async finalize(finalizeUrl: string, csrDer: Uint8Array, signal?: AbortSignal): Promise<Retrieved<Order>> {
    const payload = `{"csr":"${Buffer.from(csrDer).toString("base64url")}"}`;
    const post = { resource: "finalize", url: finalizeUrl, payload, accept: JSON_TYPE, signal } as const;
    const response = await this.#requests.post(post);
    return this.#retrieved(response, finalizeUrl, parseOrder(response.body, this.#now()));
  }

  /** Downloads a chain (RFC 8555 section 7.4.2) as PEM text, as it came: `parseChain` reads and checks it. */
  async certificate(url: string, signal?: AbortSignal): Promise<Retrieved<string>> {
    const post = { resource: "certificate", url, payload: NO_PAYLOAD, accept: PEM_TYPE, signal } as const;
    const response = await this.#requests.post(post);
    return this.#retrieved(response, url, response.body);
  }

  #get(
    resource: SignedPost["resource"],
    url: string,
    signal: AbortSignal | undefined,
  ): Promise<AcmeHttpResponse> {
    return this.#requests.post({ resource, url, payload: NO_PAYLOAD, accept: JSON_TYPE, signal });
  }

  #retrieved<T>(response: AcmeHttpResponse, url: string, resource: T): Retrieved<T> {
    const retryAt = parseRetryAfter(response.headers.get("retry-after"), this.#now());
    return { resource, url: location(response, url) ?? url, retryAt };
  }
}

const JSON_TYPE = "application/json";
const PEM_TYPE = "application/pem-certificate-chain";

function location(response: AcmeHttpResponse, url: string): string | null {
  const value = response.headers.get("location");
  return value === null ? null : secureUrl(value, url);
}

function requiredLocation(response: AcmeHttpResponse, url: string, resource: string): string {
  const value = location(response, url);
  if (value === null) throw new AcmeError("bad-response", `${resource}: no usable Location header`);
  return value;
}
