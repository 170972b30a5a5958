import type { ExternalAccountBinding } from "../wire/embedded-jws.ts";
import { JsonRecord } from "../wire/json-record.ts";

/** RFC 8555 section 7.1.2. */
export interface Account {
  /** The account's name for good: the `kid` of every later request. */
  readonly url: string;
  /** `deactivated` by its owner, `revoked` by the CA; both for good (RFC 8555 section 7.1.6). */
  readonly status: "valid" | "deactivated" | "revoked";
  /** URLs such as "mailto:ops@example.com"; empty also for CAs that do not tell. */
  readonly contact: readonly string[];
  /** Whether the CA remembers the agreement to its terms; null when it does not say. */
  readonly termsOfServiceAgreed: boolean | null;
  /** Where the account's orders are listed; null when the CA has no such list. */
  readonly orders: string | null;
}

/** RFC 8555 section 7.3. */
export interface NewAccountRequest {
  /** URLs such as "mailto:ops@example.com". */
  readonly contact?: readonly string[];
  /** To be set only once a person has agreed to the terms that the directory names. */
  readonly termsOfServiceAgreed?: boolean;
  /** Where the directory says that one is required (RFC 8555 section 7.3.4). */
  readonly externalAccountBinding?: ExternalAccountBinding;
  /** Finds the key's account and never makes one; without one the CA answers `accountDoesNotExist`. */
  readonly onlyReturnExisting?: boolean;
}

/** What of an account can be changed (RFC 8555 section 7.3.2); what is left out stays. */
export interface AccountUpdate {
  /** Takes the place of all former ones. */
  readonly contact?: readonly string[];
  /** Agrees to changed terms (RFC 8555 section 7.3.3). */
  readonly termsOfServiceAgreed?: boolean;
}

/** One page of the list of an account's orders (RFC 8555 section 7.1.2.1). */
export interface OrderPage {
  /** URLs of orders, in the CA's order. */
  readonly orders: readonly string[];
  /** The next page; null on the last. */
  readonly next: string | null;
}

/** @throws AcmeError `bad-response`. */
export function parseAccount(text: string, url: string): Account {
  const account = JsonRecord.parse(text, "account");
  return {
    url,
    status: account.word("status", ["valid", "deactivated", "revoked"]),
    contact: account.strings("contact"),
    termsOfServiceAgreed: account.booleanOrNull("termsOfServiceAgreed"),
    orders: account.urlOrNull("orders"),
  };
}

/** @throws AcmeError `bad-response`. */
export function parseOrderUrls(text: string): readonly string[] {
  return JsonRecord.parse(text, "orders").urls("orders");
}
