import { type Identifier, readIdentifier } from "./identifier.ts";
import { JsonRecord } from "./json-record.ts";
import { linkTargets } from "./link.ts";
import { parseRetryAfter, retryAtFromText } from "./retry-after.ts";
import { type Throttling, throttlingOf } from "./throttling.ts";
import type { AcmeHttpResponse } from "./transport.ts";

const PREFIX = "urn:ietf:params:acme:error:";

/**
 * The error types of RFC 8555 section 6.7, RFC 9773 section 7.4 and draft-ietf-acme-profiles, without their
 * common prefix, and those of older CAs.
 */
const KNOWN_TYPES = [
  "accountDoesNotExist",
  "alreadyReplaced",
  "alreadyRevoked",
  "badCSR",
  "badNonce",
  "badPublicKey",
  "badRevocationReason",
  "badSignatureAlgorithm",
  "caa",
  "compound",
  "conflict",
  "connection",
  "dns",
  "externalAccountRequired",
  "incorrectResponse",
  "invalidContact",
  "invalidProfile",
  "malformed",
  "orderNotReady",
  "rateLimited",
  "rejectedIdentifier",
  "serverInternal",
  "tls",
  "unauthorized",
  "unsupportedContact",
  "unsupportedIdentifier",
  "userActionRequired",
] as const;

/** `other`: a type this library does not know; `typeUri` has it. */
export type ProblemType = (typeof KNOWN_TYPES)[number] | "other";

/** One identifier's share of a problem, RFC 8555 section 6.7.1. */
export interface Subproblem {
  /** The kind of problem: what to branch on. */
  readonly type: ProblemType;
  /** As the CA wrote it; "about:blank" when it wrote none (RFC 9457 section 4.2.1). */
  readonly typeUri: string;
  /** For people; may be empty. */
  readonly detail: string;
  /** Whom it concerns; null when the CA does not say. */
  readonly identifier: Identifier | null;
}

/** Why a CA refused a request, or why one of its objects became invalid. */
export interface AcmeProblem extends Subproblem {
  /** The status of the HTTP response that brought it; in an object, the CA's own `status`, or null. */
  readonly status: number | null;
  /** One for each identifier it concerns (RFC 8555 section 6.7.1); mostly empty. */
  readonly subproblems: readonly Subproblem[];
  /** Where a person can do something about it (`userActionRequired`). */
  readonly instance: string | null;
  /** Milliseconds since the epoch, unclamped: from `Retry-After`, else from the text, else null. */
  readonly retryAt: number | null;
  /** The link of relation "help"; Let's Encrypt's names the rate limit in its fragment. */
  readonly helpUrl: string | null;
  /** Whether and how the CA holds the client back; null when the refusal is of another kind. */
  readonly throttling: Throttling | null;
  /** The JWS algorithms the CA takes (`badSignatureAlgorithm`, RFC 8555 section 6.2); empty when it does not say. */
  readonly algorithms: readonly string[];
}

/**
 * The problem in an HTTP error response. Load balancers answer in HTML or with nothing; then the status
 * speaks: 429 is `rateLimited`, 5xx is `serverInternal`, all else `other`.
 */
export function problemFromResponse(response: AcmeHttpResponse, url: string, now: number): AcmeProblem {
  const document = problemDocument(response.body) ?? problemOfStatus(response.status);
  const inDocument = problemFromJson(document, now);
  const problem = {
    ...inDocument,
    status: response.status,
    retryAt: parseRetryAfter(response.headers.get("retry-after"), now) ?? inDocument.retryAt,
    helpUrl: linkTargets(response.headers.get("link"), "help", url)[0] ?? null,
  };
  return { ...problem, throttling: throttlingOf(problem) };
}

/**
 * The problem in an object's `error` member. Reads what can be read: a CA that is failing is not held to
 * the letter.
 */
export function problemFromJson(value: unknown, now: number): AcmeProblem {
  const members = isRecord(value) ? value : {};
  const subproblem = readSubproblem(members);
  const { status, instance, subproblems, algorithms } = members;
  const problem = {
    ...subproblem,
    status: typeof status === "number" ? status : null,
    subproblems: Array.isArray(subproblems) ? subproblems.filter(isRecord).map(readSubproblem) : [],
    instance: typeof instance === "string" ? instance : null,
    retryAt: retryAtFromText(subproblem.detail, now),
    helpUrl: null,
    algorithms: Array.isArray(algorithms) ? algorithms.filter((each) => typeof each === "string") : [],
  };
  return { ...problem, throttling: throttlingOf(problem) };
}

type Members = Readonly<Record<string, unknown>>;

function readSubproblem({ type, title, detail, identifier }: Members): Subproblem {
  const typeUri = typeof type === "string" ? type : "about:blank";
  const text = typeof detail === "string" ? detail : title;
  return {
    type: problemType(typeUri),
    typeUri,
    detail: typeof text === "string" ? text : "",
    identifier: identifierOrNull(identifier),
  };
}

function problemType(typeUri: string): ProblemType {
  if (!typeUri.startsWith(PREFIX)) return "other";
  const name = typeUri.slice(PREFIX.length);
  return KNOWN_TYPES.find((known) => known === name) ?? "other";
}

function identifierOrNull(value: unknown): Identifier | null {
  try {
    return readIdentifier(new JsonRecord(value, "identifier"));
  } catch {
    return null;
  }
}

/** The body as a problem document, or null when it is none. */
function problemDocument(body: string): Members | null {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) && (typeof value["type"] === "string" || typeof value["detail"] === "string")
      ? value
      : null;
  } catch {
    return null;
  }
}

function problemOfStatus(status: number): Members {
  const detail = "the CA sent no problem document";
  if (status === 429) return { type: `${PREFIX}rateLimited`, detail };
  if (status >= 500) return { type: `${PREFIX}serverInternal`, detail };
  return { detail };
}

function isRecord(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
