import type { AccountKey } from "../wire/account-key.ts";
import { AcmeError } from "../wire/acme-error.ts";
import type { Identifier } from "../wire/identifier.ts";
import { NO_PAYLOAD } from "../wire/jws.ts";
import { secureUrl } from "../wire/secure-url.ts";
import type { AcmeHttpResponse, Transport } from "../wire/transport.ts";
import type { Account, AccountUpdate, NewAccountRequest, OrderPage } from "./account.ts";
import { changeAccountKey, postAccount, readOrderPage, requestAccount } from "./account-requests.ts";
import { type Authorization, parseAuthorization } from "./authorization.ts";
import {
  type RetrievedChain,
  readCertificate,
  readChangedRenewalInfo,
  readRenewalInfo,
  revokeCertificate,
} from "./certificate-requests.ts";
import { type Challenge, parseChallenge } from "./challenge.ts";
import { acceptContacts } from "./contact.ts";
import { type Directory, offered } from "./directory.ts";
import { type NewOrderRequest, newOrderPayload, type Order, parseOrder } from "./order.ts";
import type { RetrievedRenewalInfo, UnchangedRenewalInfo } from "./renewal-info.ts";
import { concernsReplacement } from "./replacement.ts";
import { type Retrieved, requiredLocation, retrieved } from "./retrieved.ts";
import type { RevocationRequest } from "./revocation.ts";
import {
  type BeforeRequest,
  JSON_TYPE,
  type ObservedRequest,
  type ResourceKind,
  SignedRequests,
} from "./signed-requests.ts";

/** What a client is made of: one account key at one CA. */
export interface AcmeClientOptions {
  /** The CA's directory, https or loopback (RFC 8555 section 7.1.1). */
  readonly directoryUrl: string;
  /** The way to the network; `undiciTransport()` is one. */
  readonly transport: Transport;
  /** Signs every request; it is the account's identity. */
  readonly key: AccountKey;
  /** The key's account; without it, `newAccount` comes first. */
  readonly accountUrl?: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Awaited before every HTTP request; when it rejects, nothing is sent, and the call throws what it rejected with. */
  readonly beforeRequest?: BeforeRequest;
  /** Told of every HTTP request once it is over, however it ended. Must not throw. */
  readonly onRequest?: (request: ObservedRequest) => void;
}

/** A new order, and whether it still names the certificate it was to replace. */
export interface ReplacementOrder extends Retrieved<Order> {
  /** false: the CA would not have `replaces` (or knows no ARI), and took the order without. */
  readonly replaces: boolean;
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

  /** @throws TypeError for a directory URL that is neither https nor on this machine. */
  constructor(options: AcmeClientOptions) {
    const directoryUrl = secureUrl(options.directoryUrl);
    if (directoryUrl === null) throw new TypeError("directoryUrl must be an absolute https URL");
    this.#requests = new SignedRequests({
      directoryUrl,
      transport: options.transport,
      key: options.key,
      accountUrl: options.accountUrl ?? null,
      now: options.now,
      beforeRequest: options.beforeRequest ?? (async () => {}),
      onRequest: options.onRequest ?? (() => {}),
    });
  }

  /** The account's key: the given one, or the one that `changeKey` put in its place. */
  get key(): AccountKey {
    return this.#requests.key;
  }

  /** The account's URL. @throws AssertionError before `newAccount` when none was given. */
  get accountUrl(): string {
    return this.#requests.accountUrl;
  }

  /** What the CA offers (RFC 8555 section 7.1.1). Remembered for an hour. */
  directory(signal?: AbortSignal): Promise<Directory> {
    return this.#requests.directory(signal);
  }

  /**
   * Makes the key's account or finds the one it has (RFC 8555 section 7.3); this client then acts as it.
   *
   * @throws TypeError for an external account binding whose HMAC key is not base64url, and for a contact that is
   *   none.
   */
  async newAccount(request: NewAccountRequest, signal?: AbortSignal): Promise<Account> {
    return requestAccount(this.#requests, request, signal);
  }

  /** The account as the CA has it now (RFC 8555 section 7.3.3). */
  async account(signal?: AbortSignal): Promise<Account> {
    return postAccount(this.#requests, NO_PAYLOAD, signal);
  }

  /**
   * Changes contacts, or agrees to new terms (RFC 8555 sections 7.3.2 and 7.3.3).
   *
   * @throws TypeError for a contact that is none.
   */
  async updateAccount(update: AccountUpdate, signal?: AbortSignal): Promise<Account> {
    acceptContacts(update.contact);
    return postAccount(this.#requests, JSON.stringify(update), signal);
  }

  /** Ends the account for good (RFC 8555 section 7.3.6); its certificates stay valid. */
  async deactivateAccount(signal?: AbortSignal): Promise<Account> {
    return postAccount(this.#requests, DEACTIVATION, signal);
  }

  /**
   * Gives the account a new key (RFC 8555 section 7.3.5); this client signs with it from then on. To be stored
   * before: after a crash, `newAccount` with `onlyReturnExisting` tells which of the two keys is the account's.
   *
   * @throws AcmeError `problem` with status 409 when the new key has an account already; `not-offered`; TypeError
   *   for the key that the account has (RFC 8555 section 11.1).
   */
  async changeKey(newKey: AccountKey, signal?: AbortSignal): Promise<void> {
    await changeAccountKey(this.#requests, newKey, signal);
  }

  /**
   * One page of the account's orders (RFC 8555 section 7.1.2.1).
   *
   * @param url the account's `orders`, then each page's `next`.
   */
  async orders(url: string, signal?: AbortSignal): Promise<OrderPage> {
    return readOrderPage(this.#requests, url, signal);
  }

  /**
   * Orders a certificate (RFC 8555 section 7.4). The CA may hand back an order it already has for the same
   * names, in any status.
   *
   * @throws AcmeError `not-offered` for a profile that the directory does not list
   *   (draft-ietf-acme-profiles section 4), without asking.
   */
  async newOrder(request: NewOrderRequest, signal?: AbortSignal): Promise<Retrieved<Order>> {
    const { newOrder: url, meta } = await this.#requests.directory(signal);
    const { profile } = request;
    if (profile !== undefined && !Object.hasOwn(meta.profiles, profile)) {
      const known = Object.keys(meta.profiles).join(", ");
      throw new AcmeError("not-offered", `newOrder: the CA has no profile "${profile}" (it has: ${known})`);
    }
    const response = await this.#post("newOrder", url, newOrderPayload(request), signal);
    requiredLocation(response, url, "newOrder");
    return this.#retrieved(response, url, parseOrder(response.body, this.#requests.now()));
  }

  /**
   * Orders the successor of a certificate (RFC 9773 section 5). When the CA's refusal is about `replaces`, or
   * the CA has no renewal information, the order is placed without: a renewal is worth more than its exemption
   * from limits. That makes two requests of one call.
   *
   * @throws AcmeError as `newOrder`.
   */
  async newReplacementOrder(
    request: NewOrderRequest & { readonly replaces: string },
    signal?: AbortSignal,
  ): Promise<ReplacementOrder> {
    const { replaces: _, ...plain } = request;
    const { renewalInfo } = await this.#requests.directory(signal);
    if (renewalInfo === null) return { ...(await this.newOrder(plain, signal)), replaces: false };
    try {
      return { ...(await this.newOrder(request, signal)), replaces: true };
    } catch (error) {
      const problem = error instanceof AcmeError ? error.problem : null;
      if (problem === null || !concernsReplacement(problem)) throw error;
      return { ...(await this.newOrder(plain, signal)), replaces: false };
    }
  }

  /** The order as it is now (RFC 8555 section 7.1.3). */
  async order(url: string, signal?: AbortSignal): Promise<Retrieved<Order>> {
    const response = await this.#post("order", url, NO_PAYLOAD, signal);
    return this.#retrieved(response, url, parseOrder(response.body, this.#requests.now()));
  }

  /**
   * Asks for an authorization ahead of any order (RFC 8555 section 7.4.1); not for wildcards.
   *
   * @throws AcmeError `not-offered`: most CAs have no such resource.
   */
  async newAuthorization(identifier: Identifier, signal?: AbortSignal): Promise<Retrieved<Authorization>> {
    const url = offered(await this.#requests.directory(signal), "newAuthz");
    const response = await this.#post("newAuthz", url, JSON.stringify({ identifier }), signal);
    requiredLocation(response, url, "newAuthz");
    return this.#authorization(response, url);
  }

  /** The authorization as it is now (RFC 8555 section 7.1.4). */
  async authorization(url: string, signal?: AbortSignal): Promise<Retrieved<Authorization>> {
    return this.#authorization(await this.#post("authorization", url, NO_PAYLOAD, signal), url);
  }

  /**
   * Gives an authorization up (RFC 8555 section 7.5.2). Let's Encrypt counts a pending one that is given up as
   * a failed one.
   */
  async deactivateAuthorization(url: string, signal?: AbortSignal): Promise<Retrieved<Authorization>> {
    return this.#authorization(await this.#post("authorization", url, DEACTIVATION, signal), url);
  }

  /** The challenge as it is now (RFC 8555 section 7.1.5); tells the CA nothing. */
  async challenge(url: string, signal?: AbortSignal): Promise<Retrieved<Challenge>> {
    const response = await this.#post("challenge", url, NO_PAYLOAD, signal);
    return this.#retrieved(response, url, parseChallenge(response.body, this.#requests.now()));
  }

  /**
   * Tells the CA that the challenge can be validated now (RFC 8555 section 7.5.1). To be called once: CAs
   * answer each call with a validation of its own.
   */
  async respondToChallenge(url: string, signal?: AbortSignal): Promise<Retrieved<Challenge>> {
    const response = await this.#post("challenge", url, "{}", signal);
    return this.#retrieved(response, url, parseChallenge(response.body, this.#requests.now()));
  }

  /**
   * Hands in the CSR of a `ready` order (RFC 8555 section 7.4).
   *
   * @returns the order, mostly `processing`. Its `url` is the finalize URL with CAs that send no `Location`:
   *   go on polling the URL that newOrder gave.
   * @throws TypeError for a CSR with the account's own key (RFC 8555 section 11.1).
   */
  async finalize(finalizeUrl: string, csrDer: Uint8Array, signal?: AbortSignal): Promise<Retrieved<Order>> {
    if (this.key.isWithin(csrDer)) throw new TypeError("a certificate's key must not be the account's");
    const payload = `{"csr":"${Buffer.from(csrDer).toString("base64url")}"}`;
    const response = await this.#post("finalize", finalizeUrl, payload, signal);
    return this.#retrieved(response, finalizeUrl, parseOrder(response.body, this.#requests.now()));
  }

  /** Downloads a chain (RFC 8555 section 7.4.2) as it came: `parseChain` reads and checks it. */
  async certificate(url: string, signal?: AbortSignal): Promise<RetrievedChain> {
    return readCertificate(this.#requests, url, signal);
  }

  /**
   * Revokes a certificate, as the account or with the certificate's own key (RFC 8555 section 7.6).
   *
   * @returns whether it was revoked by this call or before.
   * @throws AcmeError `not-offered`; TypeError for a `certificateKey` that cannot sign requests.
   */
  async revoke(request: RevocationRequest, signal?: AbortSignal): Promise<"revoked" | "already-revoked"> {
    return revokeCertificate(this.#requests, request, signal);
  }

  /**
   * When to renew a certificate (RFC 9773 section 4). A plain GET; needs no account.
   *
   * @param certificateId as `certificateId` makes it.
   * @returns with `retryAt` clamped: a minute to a day from now, six hours when the CA does not say. After an
   *   error, `renewalInfoRetryAt` of the problem's `retryAt` is when to try again.
   * @throws AcmeError `not-offered`.
   */
  async renewalInfo(certificateId: string, signal?: AbortSignal): Promise<RetrievedRenewalInfo> {
    return readRenewalInfo(this.#requests, certificateId, signal);
  }

  /**
   * As `renewalInfo`, told only if it has changed: a conditional GET (RFC 9110 section 13.1.2), which a CA may answer
   * without a body.
   *
   * @param etag the entity tag that came with what is known of this certificate.
   * @returns with `resource: null` when nothing has changed.
   * @throws AcmeError `not-offered`.
   */
  async changedRenewalInfo(
    certificateId: string,
    etag: string,
    signal?: AbortSignal,
  ): Promise<RetrievedRenewalInfo | UnchangedRenewalInfo> {
    return readChangedRenewalInfo(this.#requests, { certificateId, etag }, signal);
  }

  #authorization(response: AcmeHttpResponse, url: string): Retrieved<Authorization> {
    return this.#retrieved(response, url, parseAuthorization(response.body, this.#requests.now()));
  }

  #post(
    resource: ResourceKind,
    url: string,
    payload: string,
    signal: AbortSignal | undefined,
  ): Promise<AcmeHttpResponse> {
    return this.#requests.post({ resource, url, payload, accept: JSON_TYPE, signal });
  }

  #retrieved<T>(response: AcmeHttpResponse, url: string, resource: T): Retrieved<T> {
    return retrieved(response, { url, resource, now: this.#requests.now() });
  }
}

const DEACTIVATION = '{"status":"deactivated"}';
