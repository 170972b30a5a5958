import assert from "node:assert/strict";
import type { AccountKey } from "../wire/account-key.ts";
import { AcmeError } from "../wire/acme-error.ts";
import { JwsSigner } from "../wire/jws.ts";
import { NoncePool } from "../wire/nonce-pool.ts";
import { type AcmeProblem, problemFromResponse } from "../wire/problem.ts";
import type { AcmeHttpRequest, AcmeHttpResponse, Transport } from "../wire/transport.ts";
import { type Directory, DirectoryCache, parseDirectory } from "./directory.ts";

/** What a request is about: a label of low cardinality. */
export type ResourceKind =
  | "directory"
  | "newNonce"
  | "newAccount"
  | "account"
  | "keyChange"
  | "orders"
  | "newOrder"
  | "order"
  | "newAuthz"
  | "authorization"
  | "challenge"
  | "finalize"
  | "certificate"
  | "revokeCert"
  | "renewalInfo";

/** One HTTP request that was made, for metrics and traces. */
export interface ObservedRequest {
  /** HEAD for nonces, GET for the directory and renewal information, else POST. */
  readonly method: AcmeHttpRequest["method"];
  /** What it was about. */
  readonly resource: ResourceKind;
  /** null when no whole answer came. */
  readonly status: number | null;
  /** Why the CA refused it; null when it did not, or when no whole answer came. */
  readonly problem: AcmeProblem | null;
  /** How often it had been made before and was refused with `badNonce`; 0: it was the first. */
  readonly retries: number;
  /** When it was sent, by the client's clock: milliseconds since the epoch. */
  readonly startedAt: number;
  /** From the sending to the whole answer, or to the failure. */
  readonly milliseconds: number;
}

/**
 * Awaited before an HTTP request is sent: for whoever keeps to the CA's limits of requests.
 *
 * @param signal ends the request; null for one that is made for several callers (the directory, a nonce).
 */
export type BeforeRequest = (resource: ResourceKind, signal: AbortSignal | null) => Promise<void>;

export interface SignedRequestsOptions {
  readonly directoryUrl: string;
  readonly transport: Transport;
  readonly key: AccountKey;
  readonly accountUrl: string | null;
  readonly now: () => number;
  readonly beforeRequest: BeforeRequest;
  readonly onRequest: (request: ObservedRequest) => void;
}

/** A POST; its body is the JWS of `payload`. */
export interface SignedPost {
  readonly resource: ResourceKind;
  readonly url: string;
  /** JSON text, or NO_PAYLOAD. */
  readonly payload: string;
  readonly accept: string;
  readonly signal: AbortSignal | undefined;
}

/** Of a plain GET. */
interface GetOptions {
  /** What is known already: then 304 is an answer, too. */
  readonly etag?: string | null;
  readonly signal?: AbortSignal | null;
}

/** What CAs are asked for, but for chains. */
export const JSON_TYPE = "application/json";

/** RFC 8555 section 6.5 leaves the number open. */
const BAD_NONCE_RETRIES = 5;

/** The requests of one account key to one directory: nonces, signatures, and the CA's refusals. */
export class SignedRequests {
  readonly #options: SignedRequestsOptions;
  readonly #directory: DirectoryCache;
  readonly #nonces: NoncePool;
  #key: AccountKey;
  #accountUrl: string | null = null;
  #accountSigner: JwsSigner | null = null;

  constructor(options: SignedRequestsOptions) {
    this.#options = options;
    this.#key = options.key;
    this.#directory = new DirectoryCache(() => this.#fetchDirectory(), options.now);
    this.#nonces = new NoncePool(() => this.#fetchNonce());
    if (options.accountUrl !== null) this.signAs(options.accountUrl);
  }

  directory(signal?: AbortSignal): Promise<Directory> {
    return this.#directory.get(signal);
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#options.now();
  }

  /** The account's key. */
  get key(): AccountKey {
    return this.#key;
  }

  /** The account's URL. */
  get accountUrl(): string {
    assert(this.#accountUrl !== null, "no account yet: call newAccount, or construct with accountUrl");
    return this.#accountUrl;
  }

  /** From now on requests are the account's, signed by `key`. */
  signAs(accountUrl: string, key: AccountKey = this.#key): void {
    this.#key = key;
    this.#accountUrl = accountUrl;
    this.#accountSigner = new JwsSigner(key, { kid: accountUrl });
  }

  /** Posts as the account. */
  async post(post: SignedPost): Promise<AcmeHttpResponse> {
    assert(this.#accountSigner !== null, "no account yet: call newAccount, or construct with accountUrl");
    return this.#post(post, this.#accountSigner);
  }

  /** Posts as a bare key: before there is an account, or with the key of a certificate that is to be revoked. */
  async postAsKey(post: SignedPost, key: AccountKey): Promise<AcmeHttpResponse> {
    return this.#post(post, new JwsSigner(key, { jwk: key.publicJwk }));
  }

  /** A plain GET; the directory and renewal information are the only ones (RFC 8555 section 6.3). */
  async get(
    resource: ResourceKind,
    url: string,
    { etag = null, signal = null }: GetOptions = {},
  ): Promise<AcmeHttpResponse> {
    await this.#options.beforeRequest(resource, signal);
    const { response, problem } = await this.#send(resource, {
      method: "GET",
      url,
      headers: { accept: JSON_TYPE, ...(etag !== null && { "if-none-match": etag }) },
      body: null,
      signal,
    });
    if (problem !== null) throw refusal(resource, problem);
    return response;
  }

  /** A badNonce refusal means that nothing was done, so the same request is made again. */
  async #post(post: SignedPost, signer: JwsSigner): Promise<AcmeHttpResponse> {
    let nonce = await this.#nonces.take(post.signal);
    for (let retries = 0; ; retries += 1) {
      await this.#permit(post, nonce);
      const request = {
        method: "POST",
        url: post.url,
        headers: { "content-type": "application/jose+json", accept: post.accept },
        body: signer.sign(post.url, nonce, post.payload),
        signal: post.signal ?? null,
      } as const;
      const { response, problem } = await this.#send(post.resource, request, retries);
      const fresh = replayNonce(response);
      if (problem?.type === "badNonce" && retries < BAD_NONCE_RETRIES) {
        nonce = fresh ?? (await this.#nonces.take(post.signal));
        continue;
      }
      if (fresh !== null) this.#nonces.put(fresh);
      if (problem !== null) throw refusal(post.resource, problem);
      return response;
    }
  }

  /** Comes after the nonce, which may be long in coming, and before the signature. */
  async #permit({ resource, signal }: SignedPost, nonce: string): Promise<void> {
    try {
      await this.#options.beforeRequest(resource, signal ?? null);
    } catch (error) {
      this.#nonces.put(nonce);
      throw error;
    }
  }

  async #fetchDirectory(): Promise<Directory> {
    const { body } = await this.get("directory", this.#options.directoryUrl);
    return parseDirectory(body);
  }

  async #fetchNonce(): Promise<string> {
    const { newNonce: url } = await this.#directory.get();
    await this.#options.beforeRequest("newNonce", null);
    const { response, problem } = await this.#send("newNonce", {
      method: "HEAD",
      url,
      headers: {},
      body: null,
      signal: null,
    });
    if (problem !== null) throw refusal("newNonce", problem);
    const nonce = replayNonce(response);
    if (nonce === null) throw new AcmeError("bad-response", "newNonce: no usable Replay-Nonce header");
    return nonce;
  }

  /** 304 is an answer to who asked for what has changed, and to nobody else (RFC 9110 section 15.4.5). */
  #problemOf(response: AcmeHttpResponse, { url, headers }: AcmeHttpRequest): AcmeProblem | null {
    const { status } = response;
    const isConditional = headers["if-none-match"] !== undefined;
    const success = (status >= 200 && status < 300) || (status === 304 && isConditional);
    return success ? null : problemFromResponse(response, url, this.#options.now());
  }

  async #send(resource: ResourceKind, request: AcmeHttpRequest, retries = 0): Promise<Answer> {
    const { transport, onRequest, now } = this.#options;
    const { method } = request;
    const startedAt = now();
    const sentAt = performance.now();
    let status: number | null = null;
    let problem: AcmeProblem | null = null;
    try {
      const response = await transport(request);
      status = response.status;
      problem = this.#problemOf(response, request);
      return { response, problem };
    } catch (cause) {
      request.signal?.throwIfAborted();
      if (cause instanceof AcmeError) throw cause;
      throw new AcmeError("transport", `${resource}: ${request.url}: ${describe(cause)}`, { cause });
    } finally {
      const milliseconds = performance.now() - sentAt;
      onRequest({ method, resource, status, problem, retries, startedAt, milliseconds });
    }
  }
}

interface Answer {
  readonly response: AcmeHttpResponse;
  readonly problem: AcmeProblem | null;
}

/** Values outside base64url are ignored (RFC 8555 section 6.5.1). */
function replayNonce(response: AcmeHttpResponse): string | null {
  const nonce = response.headers.get("replay-nonce");
  return nonce !== null && /^[\w-]+$/.test(nonce) ? nonce : null;
}

function refusal(resource: ResourceKind, problem: AcmeProblem): AcmeError {
  const name = problem.type === "other" ? problem.typeUri : problem.type;
  return new AcmeError("problem", `${resource}: HTTP ${problem.status}, ${name}: ${problem.detail}`, {
    problem,
  });
}

/** When all addresses of a name fail, Node's error has a code and an empty message. */
function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.message !== "") return cause.message;
  return "code" in cause ? String(cause.code) : cause.name;
}
