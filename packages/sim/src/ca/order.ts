import { days, type Instant, instant } from "@certmill/domain";
import type { ProblemDocument } from "../problem.ts";
import type { Identifier } from "../x509/identifier.ts";
import type { Account } from "./accounts.ts";
import { type Authorization, authorizationStatus } from "./authorization.ts";
import type { Certificate } from "./certificates.ts";
import type { Urls } from "./urls.ts";

/** An order for a certificate, RFC 8555 section 7.1.3. */
export interface Order {
  readonly id: string;
  readonly account: Account;
  readonly identifiers: readonly Identifier[];
  readonly authorizations: readonly Authorization[];
  /** `null`: none was asked for. */
  readonly profile: string | null;
  /** The name (RFC 9773 section 4.1) of the certificate it replaces; `null`: none. */
  readonly replaces: string | null;
  /** When it ends unless it is finalized. */
  readonly expires: Instant;
  result: OrderResult;
}

export type OrderResult =
  | { readonly kind: "open" }
  /** The client is told so from `shownAt` on; until then the order is processing. */
  | { readonly kind: "issued"; readonly certificate: Certificate; readonly shownAt: Instant }
  | { readonly kind: "failed"; readonly error: ProblemDocument };

/** How long after its end an object is still told of; later nothing is there. */
export const REMEMBERED_FOR = days(1);

export type OrderStatus = "pending" | "ready" | "processing" | "valid" | "invalid";

/** Nothing stores it: it follows from the result, the authorizations and the clock. */
export function orderStatus(order: Order, now: Instant): OrderStatus {
  switch (order.result.kind) {
    case "failed":
      return "invalid";
    case "issued":
      return now < order.result.shownAt ? "processing" : "valid";
    case "open": {
      if (now >= order.expires) return "invalid";
      const statuses = order.authorizations.map((each) => authorizationStatus(each, now));
      if (statuses.every((status) => status === "valid")) return "ready";
      return statuses.every((status) => status === "valid" || status === "pending") ? "pending" : "invalid";
    }
  }
}

/** @param status what the client is told; may lag behind `orderStatus`. */
export function orderDocument(order: Order, status: OrderStatus, urls: Urls): object {
  const { result, profile, replaces } = order;
  return {
    status,
    expires: new Date(order.expires).toISOString(),
    identifiers: order.identifiers,
    ...(profile !== null && { profile }),
    ...(replaces !== null && { replaces }),
    authorizations: order.authorizations.map(({ id }) => urls.authorization(id)),
    finalize: urls.finalize(order.id),
    ...(result.kind === "failed" && { error: result.error }),
    ...(status === "valid" &&
      result.kind === "issued" && { certificate: urls.certificate(result.certificate.id) }),
  };
}

/** The end of an order is that of its authorizations when one of them ends sooner, as at Boulder. */
export const earliestExpiry = (orderExpires: Instant, authorizations: readonly Authorization[]): Instant =>
  instant(Math.min(orderExpires, ...authorizations.map(({ expires }) => expires)));
