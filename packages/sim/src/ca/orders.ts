import { after, type Duration, type Instant, milliseconds } from "@certmill/domain";
import type { Signatures } from "../http/signed-request.ts";
import type { Limits } from "../limits/limits.ts";
import { notFound, problemDocument, Refusal } from "../problem.ts";
import { type Random, shuffled } from "../random.ts";
import type { JsonRecord } from "../record.ts";
import {
  type CertificateRequest,
  CertificateRequestError,
  parseCertificateRequest,
} from "../x509/certificate-request.ts";
import { type Identifier, identifierSetKey } from "../x509/identifier.ts";
import { type Account, refuseForeign } from "./accounts.ts";
import type { Authorizations } from "./authorizations.ts";
import type { Certificate, Certificates } from "./certificates.ts";
import { ExpiryQueue } from "./expiry-queue.ts";
import { type IsBlocked, parseIdentifiers, refuseTogether } from "./identifiers.ts";
import { earliestExpiry, type Order, type OrderStatus, orderStatus, REMEMBERED_FOR } from "./order.ts";
import { type Profiles, refuseTypes, requestedProfile, type TermsOf } from "./profiles.ts";
import { isWithin } from "./renewal-window.ts";
import type { Replacements } from "./replacements.ts";

export interface OrderPolicy {
  /** Whether an account's open order for the same names is handed out again, as Boulder does. */
  readonly reuse: boolean;
  /** How long it is processing after finalize; `null`: the answer to finalize is already valid. */
  readonly processing: Duration | null;
  readonly termsOf: TermsOf;
  readonly signatures: Signatures;
  /** `null`: an order that asks for one is refused. */
  readonly profiles: Profiles | null;
  readonly isBlocked: IsBlocked;
}

interface OrdersParts {
  readonly policy: OrderPolicy;
  readonly limits: Limits;
  readonly authorizations: Authorizations;
  readonly certificates: Certificates;
  /** `null`: `replaces` is ignored, as by a CA without renewal information. */
  readonly replacements: Replacements | null;
  readonly random: Random;
  readonly now: () => Instant;
  /** Whether this finalize shall end with an invalid order. */
  readonly issuanceFails: () => boolean;
}

/** What a newOrder asks for, once it is read. */
interface Wish {
  readonly identifiers: readonly Identifier[];
  readonly profile: string | null;
  /** `null`: it replaces nothing. */
  readonly replacement: { readonly predecessor: Certificate; readonly replaces: string } | null;
}

/** The orders of this CA: RFC 8555 section 7.4. */
export class Orders {
  readonly #byId = new Map<string, Order>();
  readonly #byAccount = new Map<Account, Set<Order>>();
  /** The newest of an account, set of names and profile. */
  readonly #newest = new Map<string, Order>();
  readonly #parts: OrdersParts;
  readonly #ends = new ExpiryQueue<Order>();
  /** Of those that are forgotten. */
  readonly #past = noOrders();
  #made = 0;

  constructor(parts: OrdersParts) {
    this.#parts = parts;
  }

  /** newOrder: a new one, or an open one for the same names and profile. @throws Refusal */
  create(account: Account, payload: JsonRecord): Order {
    if (payload["notBefore"] !== undefined || payload["notAfter"] !== undefined) {
      throw new Refusal("malformed", "NotBefore and NotAfter are not supported");
    }
    const { policy, replacements, limits, certificates } = this.#parts;
    const now = this.#parts.now();
    this.#forget(now);
    const identifiers = parseIdentifiers(payload["identifiers"], policy.isBlocked);
    limits.refusePaused(account, identifiers, now);
    const { replaces } = payload;
    const predecessor =
      replacements === null || replaces === undefined
        ? null
        : replacements.predecessor(replaces, { account, identifiers, now });
    const profile = requestedProfile(payload["profile"], policy.profiles);
    const replacesInWindow = predecessor !== null && isWithin(certificates.windowOf(predecessor, now), now);
    const refund = limits.newOrder({ account, identifiers, replacesInWindow }, now);
    try {
      const replacement = predecessor === null ? null : { predecessor, replaces: String(replaces) };
      return this.#grant(account, { identifiers, profile, replacement });
    } catch (error) {
      refund();
      throw error;
    }
  }

  /** @throws Refusal for what only shows when limits have been spent, as at Boulder. */
  #grant(account: Account, { identifiers, profile, replacement }: Wish): Order {
    const { policy, replacements, authorizations, random, now } = this.#parts;
    const terms = policy.termsOf(profile);
    refuseTypes(profile, terms, identifiers);
    refuseTogether(identifiers, terms.mostNames);
    const reuseKey = reuseKeyOf(account, identifiers, profile);
    const newest = this.#newest.get(reuseKey);
    // An order that was made without `replaces` cannot be the answer to one with it: it would not show it.
    const reusable = replacement === null && policy.reuse ? newest : undefined;
    if (reusable !== undefined && isOpen(orderStatus(reusable, now()))) return reusable;
    const obtained = identifiers.map((identifier) => authorizations.obtain(account, identifier, profile));
    const order: Order = {
      id: String(++this.#made),
      account,
      identifiers: shuffled(identifiers, random),
      authorizations: shuffled(obtained, random),
      profile,
      replaces: replacement?.replaces ?? null,
      expires: earliestExpiry(after(now(), terms.orderLife), obtained),
      result: { kind: "open" },
    };
    this.#byId.set(order.id, order);
    this.#newest.set(reuseKey, order);
    const ofAccount = this.#byAccount.get(account) ?? new Set();
    this.#byAccount.set(account, ofAccount.add(order));
    this.#ends.add(order, after(order.expires, REMEMBERED_FOR));
    if (replacement !== null) replacements?.record(replacement.predecessor, order);
    return order;
  }

  /** An account's orders, the oldest first. */
  of(account: Account): readonly Order[] {
    return [...(this.#byAccount.get(account) ?? [])];
  }

  /** @throws Refusal 404 when there is none, or it is another account's. */
  find(account: Account, id: string | undefined): Order {
    const order = this.#byId.get(id ?? "");
    if (order === undefined) throw notFound(`No order for ID ${id}`);
    refuseForeign(order.account, account, "order");
    return order;
  }

  status(order: Order): OrderStatus {
    return orderStatus(order, this.#parts.now());
  }

  /** Signs the certificate. @returns the status the client is told. @throws Refusal */
  finalize(order: Order, payload: JsonRecord): OrderStatus {
    const { policy, certificates, limits, now, issuanceFails } = this.#parts;
    const status = orderStatus(order, now());
    if (status !== "ready") {
      throw new Refusal("orderNotReady", `Order's status ("${status}") is not acceptable for finalization`);
    }
    const request = readRequest(payload["csr"], policy.signatures);
    if (request.key?.equals(order.account.key.key) === true) {
      throw new Refusal("badCSR", "certificate public key must be different than account public key");
    }
    if (request.key !== null && certificates.isBlocked(request.key)) {
      throw new Refusal("badCSR", "invalid public key in CSR: public key is forbidden");
    }
    if (identifierSetKey(request.identifiers) !== identifierSetKey(order.identifiers)) {
      throw new Refusal("badCSR", "CSR does not specify same identifiers as Order");
    }
    if (issuanceFails()) {
      order.result = { kind: "failed", error: problemDocument("serverInternal", "Error finalizing order") };
      return "invalid";
    }
    const { account, identifiers, profile } = order;
    const life = policy.termsOf(profile).certificateLife;
    const certificate = certificates.issue({ account, identifiers, life }, request, now());
    limits.issued(account, identifiers, now());
    order.result = {
      kind: "issued",
      certificate,
      shownAt: after(now(), policy.processing ?? milliseconds(0)),
    };
    return policy.processing === null ? "valid" : "processing";
  }

  /** Of all there ever were. */
  countByStatus(): Readonly<Record<OrderStatus, number>> {
    const counts = { ...this.#past };
    const now = this.#parts.now();
    for (const order of this.#byId.values()) counts[orderStatus(order, now)] += 1;
    return counts;
  }

  /** Orders that ended a day ago. */
  #forget(now: Instant): void {
    for (const order of this.#ends.take(now)) {
      const status = orderStatus(order, now);
      if (status === "processing") {
        this.#ends.add(order, after(now, REMEMBERED_FOR));
        continue;
      }
      this.#past[status] += 1;
      this.#byId.delete(order.id);
      this.#byAccount.get(order.account)?.delete(order);
      const reuseKey = reuseKeyOf(order.account, order.identifiers, order.profile);
      if (this.#newest.get(reuseKey) === order) this.#newest.delete(reuseKey);
      this.#parts.replacements?.forget(order);
    }
  }
}

const reuseKeyOf = (account: Account, identifiers: readonly Identifier[], profile: string | null): string =>
  `${account.id} ${identifierSetKey(identifiers)} ${profile ?? ""}`;

const noOrders = (): Record<OrderStatus, number> => ({
  pending: 0,
  ready: 0,
  processing: 0,
  valid: 0,
  invalid: 0,
});

const isOpen = (status: OrderStatus): boolean => status === "pending" || status === "ready";

/** @throws Refusal */
function readRequest(csr: unknown, signatures: Signatures): CertificateRequest {
  if (typeof csr !== "string" || !/^[A-Za-z0-9_-]+$/.test(csr)) {
    throw new Refusal("malformed", "csr is not base64url without padding");
  }
  try {
    return parseCertificateRequest(Buffer.from(csr, "base64url"), signatures);
  } catch (error) {
    if (!(error instanceof CertificateRequestError)) throw error;
    if (error.code === "malformed")
      throw new Refusal("malformed", `Error parsing certificate request: ${error.message}`);
    throw new Refusal("badCSR", error.message);
  }
}
