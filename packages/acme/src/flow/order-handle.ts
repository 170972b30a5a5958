import type { AcmeClient } from "../client/acme-client.ts";
import type { Order } from "../client/order.ts";
import type { Retrieved } from "../client/retrieved.ts";
import { AcmeError } from "../wire/acme-error.ts";
import type { CertificateChain } from "../x509/chain.ts";
import { AuthorizationHandle } from "./authorization-handle.ts";
import { downloadChain } from "./download-chain.ts";
import { type Polling, poll, sharedDeadline } from "./poll.ts";

/**
 * An order on its way to a certificate, known by its URL alone: `JSON.stringify` keeps `{"url":"…"}`, and
 * `new OrderHandle(client, url)` in another process goes on from there. Each step looks before it acts, so that
 * it may be taken again after a crash.
 */
export class OrderHandle {
  /** All it is known by, and all that needs to be kept. */
  readonly url: string;
  readonly #client: AcmeClient;
  /** The names and authorizations it had when it was first seen. */
  #content: string | null = null;

  /** Makes no request. */
  constructor(client: AcmeClient, url: string) {
    this.#client = client;
    this.url = url;
  }

  /**
   * The order as it is now (RFC 8555 section 7.1.3).
   *
   * @throws AcmeError `invalid` for one whose names or authorizations are not those it had before.
   */
  async read(signal?: AbortSignal): Promise<Retrieved<Order>> {
    const order = await this.#client.order(this.url, signal);
    const content = contentOf(order.resource);
    this.#content ??= content;
    if (content === this.#content) return order;
    throw new AcmeError("invalid", "the order has other names or authorizations than before", {
      problem: null,
    });
  }

  /** Its authorizations, in the CA's order, which means nothing. */
  async authorizations(signal?: AbortSignal): Promise<readonly AuthorizationHandle[]> {
    const { resource } = await this.read(signal);
    return resource.authorizations.map((url) => new AuthorizationHandle(this.#client, url));
  }

  /**
   * Waits until the CA has decided on all authorizations: the order is `ready`, or already further.
   *
   * @throws AcmeError `invalid`; what `poll` throws.
   */
  async untilReady(polling: Polling = {}): Promise<Order> {
    const { resource } = await poll((signal) => this.read(signal), isDecided, polling);
    return refuseInvalid(resource);
  }

  /**
   * Waits for `ready`, hands in the CSR, and waits for the certificate, all within one deadline. An order that is `processing`
   * or `valid` was finalized before: nothing is handed in, and the certificate is for the key of that time, so
   * the key has to be stored before the first call.
   *
   * @param csrDer PKCS #10, as `certificateRequest` makes it.
   * @returns the order with its certificate's URL.
   * @throws AcmeError `invalid`; what `finalize` and `poll` throw.
   */
  async finalize(
    csrDer: Uint8Array,
    polling: Polling = {},
  ): Promise<Order & { readonly certificate: string }> {
    const left = sharedDeadline(polling);
    const before = await this.untilReady(left());
    const order = before.status === "ready" ? await this.#handIn(before, csrDer, polling) : before;
    return this.#untilValid(order, left());
  }

  /**
   * The chain of a `valid` order, read and checked.
   *
   * @param issuer the common name the topmost certificate's issuer should have; else the CA's default chain.
   * @throws AcmeError `bad-response` for an order without a certificate; ChainError.
   */
  async certificate(issuer: string | null = null, signal?: AbortSignal): Promise<CertificateChain> {
    const { resource } = await this.read(signal);
    if (resource.certificate === null) {
      throw new AcmeError("bad-response", `the order has no certificate: it is ${resource.status}`);
    }
    return downloadChain(this.#client, { url: resource.certificate, issuer }, signal);
  }

  /** What is to be kept: the URL. */
  toJSON(): { readonly url: string } {
    return { url: this.url };
  }

  /**
   * A refusal because the order is not ready may mean that another worker was first (RFC 8555 section 7.4): the
   * order itself tells.
   */
  async #handIn(order: Order, csrDer: Uint8Array, { signal }: Polling): Promise<Order> {
    try {
      return (await this.#client.finalize(order.finalize, csrDer, signal)).resource;
    } catch (error) {
      if (!(error instanceof AcmeError) || error.problem?.type !== "orderNotReady") throw error;
      const { resource: now } = await this.read(signal);
      if (now.status === "pending" || now.status === "ready") throw error;
      return now;
    }
  }

  async #untilValid(order: Order, polling: Polling): Promise<Order & { readonly certificate: string }> {
    const finished = isFinished(order)
      ? order
      : (await poll((signal) => this.read(signal), isFinished, polling)).resource;
    const { certificate, ...rest } = refuseInvalid(finished);
    if (certificate === null) throw new AcmeError("bad-response", "a valid order has no certificate");
    return { ...rest, certificate };
  }
}

/** Lists are in any order (RFC 8555 section 7.1.3). */
const contentOf = ({ identifiers, authorizations }: Order): string =>
  JSON.stringify([
    identifiers.map(({ type, value }) => `${type} ${value}`).sort(),
    authorizations.toSorted(),
  ]);

const isDecided = ({ status }: Order): boolean => status !== "pending";
const isFinished = ({ status }: Order): boolean => status === "valid" || status === "invalid";

/** @throws AcmeError `invalid`. */
function refuseInvalid(order: Order): Order {
  if (order.status !== "invalid") return order;
  const why = order.error === null ? "the CA does not say why" : order.error.detail;
  throw new AcmeError("invalid", `the order became invalid: ${why}`, { problem: order.error });
}
