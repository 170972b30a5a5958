import { type Identifier, readIdentifier } from "../wire/identifier.ts";
import { JsonRecord } from "../wire/json-record.ts";
import { type AcmeProblem, problemFromJson } from "../wire/problem.ts";

/** RFC 8555 section 7.1.6: `ready` is to be finalized, `valid` has its certificate. */
export type OrderStatus = "pending" | "ready" | "processing" | "valid" | "invalid";

/** RFC 8555 section 7.1.3. Lists are in the CA's order, which means nothing. */
export interface Order {
  /** Where it stands. */
  readonly status: OrderStatus;
  /** Milliseconds since the epoch; null when the CA does not tell. */
  readonly expires: number | null;
  /** Milliseconds since the epoch; null unless asked for, or when the CA does not tell. */
  readonly notBefore: number | null;
  /** Milliseconds since the epoch; null likewise. */
  readonly notAfter: number | null;
  /** As the CA understood them: to be compared with what was asked, since some CAs add to them. */
  readonly identifiers: readonly Identifier[];
  /** URLs; some may be valid already. */
  readonly authorizations: readonly string[];
  /** Where the CSR is handed in. */
  readonly finalize: string;
  /** Where the certificate is; null until `valid`. */
  readonly certificate: string | null;
  /** Why it is `invalid`; null else, or when the CA does not tell. */
  readonly error: AcmeProblem | null;
  /** draft-ietf-acme-profiles; null when the CA has no profiles. */
  readonly profile: string | null;
  /** The certificate identifier this order replaces (RFC 9773 section 5). */
  readonly replaces: string | null;
}

/** What is ordered (RFC 8555 section 7.4). */
export interface NewOrderRequest {
  /** What the certificate is for; CAs take up to 100, with some profiles fewer. */
  readonly identifiers: readonly Identifier[];
  /** Wished-for validity, milliseconds since the epoch; many CAs refuse to be told. */
  readonly notBefore?: number;
  /** Wished-for end of validity, milliseconds since the epoch. */
  readonly notAfter?: number;
  /** One of the directory's `meta.profiles`. */
  readonly profile?: string;
  /** The certificate identifier of RFC 9773 section 4.1. */
  readonly replaces?: string;
}

const STATUSES = ["pending", "ready", "processing", "valid", "invalid"] as const;

/** What some CAs (Pebble 2.4, for one) call an order whose authorization has ended so; the RFC has `invalid` for it. */
const ENDED_OTHERWISE = ["deactivated", "expired", "revoked"] as const;

function orderStatus(word: OrderStatus | (typeof ENDED_OTHERWISE)[number]): OrderStatus {
  return STATUSES.find((status) => status === word) ?? "invalid";
}

/** @throws AcmeError `bad-response`; among others for a `valid` order without a certificate. */
export function parseOrder(text: string, now: number): Order {
  const order = JsonRecord.parse(text, "order");
  const status = orderStatus(order.word("status", [...STATUSES, ...ENDED_OTHERWISE]));
  const error = order.valueOrNull("error");
  return {
    status,
    expires: order.instantOrNull("expires"),
    notBefore: order.instantOrNull("notBefore"),
    notAfter: order.instantOrNull("notAfter"),
    identifiers: order.records("identifiers").map(readIdentifier),
    authorizations: order.urls("authorizations"),
    finalize: order.url("finalize"),
    certificate: status === "valid" ? order.url("certificate") : order.urlOrNull("certificate"),
    error: error === null ? null : problemFromJson(error, now),
    profile: order.stringOrNull("profile"),
    replaces: order.stringOrNull("replaces"),
  };
}

/** The payload of newOrder: JSON text. */
export function newOrderPayload({ notBefore, notAfter, ...members }: NewOrderRequest): string {
  return JSON.stringify({
    ...members,
    ...(notBefore === undefined ? {} : { notBefore: new Date(notBefore).toISOString() }),
    ...(notAfter === undefined ? {} : { notAfter: new Date(notAfter).toISOString() }),
  });
}
