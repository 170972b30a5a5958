import { isLimitName, type LimitName } from "../budget/limit.ts";
import type { Instant } from "../time/instant.ts";
import type { FailureCode } from "./failure-code.ts";

/** What went wrong with one request or one validation, ready for the issuance's decision. */
export interface Fault {
  readonly code: FailureCode;
  /** The CA's own words, the network's, or what is told of a fault of ours; for the timeline and the operator. */
  readonly detail: string;
  /** When the CA asks us to come back; null when it does not say. */
  readonly retryAt: Instant | null;
  /** The limit that the CA says is used up; absent when it is none or the CA does not say. */
  readonly limit?: LimitName;
  /** That it came before anything was sent to the CA; absent: something may have been. */
  readonly unsent?: true;
}

/** An RFC 8555 section 6.7 problem, as far as the decision needs it. */
export interface ProblemFacts {
  /** Without `urn:ietf:params:acme:error:`; null where there was no problem document. */
  readonly type: string | null;
  /** The HTTP status; for a problem inside an object (a challenge's error) its `status` member or 0. */
  readonly status: number;
  readonly detail: string;
  readonly retryAt: Instant | null;
  /** The limit that a refusal names, in the CA's own word; absent when it names none. */
  readonly limit?: string;
}

/**
 * What a refused request failed for, by the problem's type: all of RFC 8555 section 6.7, RFC 9773 section 7.4 and
 * draft-ietf-acme-profiles (RFC 8738 adds none). `null`: its HTTP status says more than the type.
 */
const requestCodes = {
  accountDoesNotExist: "account-unusable",
  alreadyReplaced: null,
  alreadyRevoked: null,
  badCSR: null,
  badNonce: "ca-busy",
  badPublicKey: null,
  badRevocationReason: null,
  badSignatureAlgorithm: null,
  caa: "caa",
  compound: null,
  conflict: null,
  connection: "connection",
  dns: "dns",
  externalAccountRequired: "account-unusable",
  incorrectResponse: "wrong-response",
  invalidContact: null,
  invalidProfile: null,
  malformed: null,
  orderNotReady: "order-not-ready",
  rateLimited: "rate-limited",
  rejectedIdentifier: "name-rejected",
  serverInternal: "ca-error",
  tls: "tls",
  unauthorized: "account-unusable",
  unsupportedContact: null,
  unsupportedIdentifier: "name-rejected",
  userActionRequired: "user-action-required",
} as const satisfies Record<string, FailureCode | null>;

/** The types of problems that a CA may answer with, without `urn:ietf:params:acme:error:`. */
export type ProblemType = keyof typeof requestCodes;

export const problemTypes = Object.keys(requestCodes) as readonly ProblemType[];

const isProblemType = (type: string): type is ProblemType => Object.hasOwn(requestCodes, type);

/**
 * The code for a refused request. The HTTP status comes first where CAs use one type for several things:
 * Let's Encrypt sheds load as 503 `rateLimited`, and pauses a name as 429 `rateLimited` without Retry-After.
 */
export function classifyRequest(problem: ProblemFacts): Fault {
  const fault = (code: FailureCode): Fault => ({ code, detail: problem.detail, retryAt: problem.retryAt });
  if (problem.status === 503) return fault("ca-busy");
  if (problem.type === "rateLimited")
    return problem.retryAt === null && /visit:? https:/i.test(problem.detail)
      ? fault("name-paused")
      : { ...fault("rate-limited"), ...limitOf(problem) };
  const { type } = problem;
  const code = type !== null && isProblemType(type) ? requestCodes[type] : null;
  return fault(code ?? codeOfStatus(problem.status));
}

/** The same for a refused finalize, where these types are about the CSR and its key. */
export function classifyFinalize(problem: ProblemFacts): Fault {
  const fault = classifyRequest(problem);
  const isOfKey = problem.type === "badCSR" || problem.type === "badPublicKey";
  return isOfKey && fault.code === "request-refused" ? { ...fault, code: "key-refused" } : fault;
}

const limitOf = ({ limit }: ProblemFacts): { readonly limit?: LimitName } =>
  limit !== undefined && isLimitName(limit) ? { limit } : {};

function codeOfStatus(status: number): FailureCode {
  if (status === 429) return "rate-limited";
  if (status === 404 || status === 410) return "order-gone";
  return status >= 500 ? "ca-error" : "request-refused";
}

/** The code for a failed validation: the `error` of an authorization's challenge (RFC 8555 section 8.2). */
export function classifyValidation(problem: ProblemFacts): Fault {
  const fault = (code: FailureCode): Fault => ({ code, detail: problem.detail, retryAt: null });
  switch (problem.type) {
    case "dns":
      return fault("dns");
    case "connection":
      return fault("connection");
    case "tls":
      return fault("tls");
    case "caa":
      return fault("caa");
    case "unauthorized":
    case "incorrectResponse":
      return fault("wrong-response");
    case "rejectedIdentifier":
    case "unsupportedIdentifier":
      return fault("name-rejected");
    case "rateLimited":
      return fault("rate-limited");
    case "serverInternal":
      return fault("validation-timeout");
    default:
      return fault("order-invalid");
  }
}
