import { JsonRecord } from "../wire/json-record.ts";
import type { ExternalAccountBinding } from "../wire/jws.ts";

/** RFC 8555 section 7.1.2. */
export interface Account {
  /** The account's name for good: the `kid` of every later request. */
  readonly url: string;
  readonly status: "valid" | "deactivated" | "revoked";
  /** URLs such as "mailto:ops@example.com"; empty also for CAs that do not tell. */
  readonly contact: readonly string[];
  /** Where the account's orders are listed; null when the CA has no such list. */
  readonly orders: string | null;
}

export interface NewAccountRequest {
  /** URLs such as "mailto:ops@example.com". */
  readonly contact?: readonly string[];
  readonly termsOfServiceAgreed?: boolean;
  readonly externalAccountBinding?: ExternalAccountBinding;
  /** Finds the key's account and never makes one; without one the CA answers `accountDoesNotExist`. */
  readonly onlyReturnExisting?: boolean;
}

/** @throws AcmeError `bad-response`. */
export function parseAccount(text: string, url: string): Account {
  const account = JsonRecord.parse(text, "account");
  return {
    url,
    status: account.word("status", ["valid", "deactivated", "revoked"]),
    contact: account.strings("contact"),
    orders: account.urlOrNull("orders"),
  };
}
