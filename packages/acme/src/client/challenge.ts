import { isToken } from "../challenge/key-authorization.ts";
import { AcmeError } from "../wire/acme-error.ts";
import { JsonRecord } from "../wire/json-record.ts";
import { type AcmeProblem, problemFromJson } from "../wire/problem.ts";

/** RFC 8555 section 8. A type may be one this library has never heard of. */
export interface Challenge {
  /** "http-01", "dns-01", "tls-alpn-01", or any other. */
  readonly type: string;
  /** Where it is answered and asked for. */
  readonly url: string;
  /** `processing` from the answer to the validation's end (RFC 8555 section 7.1.6). */
  readonly status: "pending" | "processing" | "valid" | "invalid";
  /** Checked to be base64url (RFC 8555 section 8.3), so safe in a path; null for types without one. */
  readonly token: string | null;
  /** What a dns-persist-01 record may name as its CA, under either draft's name; empty for other types. */
  readonly issuerDomainNames: readonly string[];
  /** How a dns-persist-01 record names the account; null where the CA does not say (drafts 00 and 02). */
  readonly accountUri: string | null;
  /** When the CA found it good, milliseconds since the epoch. */
  readonly validated: number | null;
  /** Why the last validation failed. */
  readonly error: AcmeProblem | null;
}

/** @throws AcmeError `bad-response`. */
export function parseChallenge(text: string, now: number): Challenge {
  return readChallenge(JsonRecord.parse(text, "challenge"), now);
}

/** @throws AcmeError `bad-response`. */
export function readChallenge(record: JsonRecord, now: number): Challenge {
  const token = record.stringOrNull("token");
  const error = record.valueOrNull("error");
  return {
    type: record.string("type"),
    url: record.url("url"),
    status: record.word("status", ["pending", "processing", "valid", "invalid"]),
    token: token === null ? null : acceptToken(token),
    issuerDomainNames: [...record.strings("issuer-domain-names"), ...record.strings("issuerDomainNames")],
    accountUri: record.stringOrNull("accounturi"),
    validated: record.instantOrNull("validated"),
    error: error === null ? null : problemFromJson(error, now),
  };
}

function acceptToken(token: string): string {
  if (!isToken(token)) throw new AcmeError("bad-response", "challenge: the token is not base64url");
  return token;
}
