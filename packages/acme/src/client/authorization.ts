import { type Identifier, readIdentifier } from "../wire/identifier.ts";
import { JsonRecord } from "../wire/json-record.ts";
import { type Challenge, readChallenge } from "./challenge.ts";

/** RFC 8555 section 7.1.6: only `pending` can become `valid`; all others but `valid` are ends. */
export type AuthorizationStatus = "pending" | "valid" | "invalid" | "deactivated" | "expired" | "revoked";

/** RFC 8555 section 7.1.4. */
export interface Authorization {
  /** `pending` until the CA has decided. */
  readonly status: AuthorizationStatus;
  /** Without the "*." of a wildcard; see `wildcard`. */
  readonly identifier: Identifier;
  /** Milliseconds since the epoch; null when the CA does not tell. */
  readonly expires: number | null;
  /** Any one of them proves control; in the CA's order, which means nothing. */
  readonly challenges: readonly Challenge[];
  /** Whether it is for "*." and the identifier (RFC 8555 section 7.1.4). */
  readonly wildcard: boolean;
}

const STATUSES = ["pending", "valid", "invalid", "deactivated", "expired", "revoked"] as const;

/** The challenge types whose shape is held to the letter. */
const KNOWN_CHALLENGES: ReadonlySet<string> = new Set(["http-01", "dns-01", "tls-alpn-01"]);

/** @throws AcmeError `bad-response`. */
export function parseAuthorization(text: string, now: number): Authorization {
  const authorization = JsonRecord.parse(text, "authorization");
  return {
    status: authorization.word("status", STATUSES),
    identifier: readIdentifier(authorization.record("identifier")),
    expires: authorization.instantOrNull("expires"),
    challenges: authorization.records("challenges").flatMap((record) => readOffer(record, now)),
    wildcard: authorization.booleanOrNull("wildcard") ?? false,
  };
}

/** An offer of an unknown type may be of any shape; one that cannot be read is one that cannot be taken. */
function readOffer(record: JsonRecord, now: number): readonly Challenge[] {
  if (KNOWN_CHALLENGES.has(record.string("type"))) return [readChallenge(record, now)];
  try {
    return [readChallenge(record, now)];
  } catch {
    return [];
  }
}
