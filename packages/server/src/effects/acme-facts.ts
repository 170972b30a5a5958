/** The CA's objects and errors, as the facts the domain decides on. */
import { AcmeError, type AcmeProblem, type Authorization, type Order, type Retrieved } from "@certmill/acme";
import {
  type AuthorizationFacts,
  challengeTypes,
  classifyFinalize,
  classifyRequest,
  type FailureCode,
  type Fault,
  type Instant,
  instant,
  type OrderFacts,
  type ProblemFacts,
  type ProblemType,
} from "@certmill/domain";
import { storableText } from "../storable-text.ts";
import { RequestsBackedUp } from "./slot-queue.ts";

export const instantOrNull = (at: number | null): Instant | null => (at === null ? null : instant(at));

/** @param url the order's own; a finalize response may name another. */
export function orderFacts(url: string, order: Order): OrderFacts {
  return {
    url,
    status: order.status,
    names: order.identifiers.map(({ value }) => value),
    finalizeUrl: order.finalize,
    authorizationUrls: order.authorizations,
    certificateUrl: order.certificate,
    problem: order.error === null ? null : problemText(order.error),
    replaces: order.replaces !== null,
  };
}

/** @param inZones names that are proven by DNS-01 without being asked to. */
export function authorizationFacts(
  { url, resource }: Retrieved<Authorization>,
  inZones: ReadonlySet<string>,
): AuthorizationFacts {
  const { value } = resource.identifier;
  const failed = resource.challenges.find(({ error }) => error !== null);
  return {
    url,
    identifier: resource.wildcard ? `*.${value}` : value,
    status: resource.status,
    challenges: challengeTypes.flatMap((type) => {
      const offered = resource.challenges.find((challenge) => challenge.type === type);
      if (offered === undefined || offered.token === null) return [];
      return { type, url: offered.url, token: offered.token, status: offered.status };
    }),
    inOurZone: inZones.has(value),
    problem: failed?.error == null ? null : problemFacts(failed.error),
  };
}

function problemFacts(problem: AcmeProblem): ProblemFacts {
  return {
    type: typeOf(problem),
    status: problem.status ?? 0,
    detail: problemText(problem),
    retryAt: instantOrNull(problem.retryAt),
    ...(problem.throttling?.kind === "quota" && problem.throttling.limit !== null
      ? { limit: problem.throttling.limit }
      : {}),
  };
}

/** Of several problems in one (RFC 8555 section 6.7.1) the first that is known: the issuance fails for all of them alike. */
function typeOf({ type, subproblems }: AcmeProblem): ProblemType | null {
  const types = type === "compound" ? [...subproblems.map((part) => part.type), type] : [type];
  return types.find((each) => each !== "other") ?? null;
}

/** The fault behind an error of a request; an error that is not the CA's, the network's or our pace's is thrown on. */
export function faultOf(error: unknown): Fault {
  if (error instanceof RequestsBackedUp)
    return { code: "request-pace", detail: error.message, retryAt: error.retryAt };
  if (!(error instanceof AcmeError)) throw error;
  if (error.problem !== null) return classifyRequest(problemFacts(error.problem));
  return { code: codes[error.code] ?? "ca-error", detail: error.message, retryAt: null };
}

/** The same for a finalize, whose refusal may be about the key. */
export const finalizeFaultOf = (error: unknown): Fault =>
  error instanceof AcmeError && error.problem !== null
    ? classifyFinalize(problemFacts(error.problem))
    : faultOf(error);

/** What is not the CA's trouble: the way there, and what it does not have (a profile that is not its own). */
const codes: Readonly<Partial<Record<AcmeError["code"], FailureCode>>> = {
  transport: "ca-unreachable",
  "not-offered": "request-refused",
};

const longestDetail = 2_000;

/** The CA's words with those of its parts; cut where a CA sends pages. */
export function problemText(problem: AcmeProblem): string {
  const parts = problem.subproblems.map(({ identifier, detail }) =>
    identifier === null ? detail : `${identifier.value}: ${detail}`,
  );
  const text = [problem.detail, ...parts].filter((part) => part !== "").join("; ");
  return storableText(text.slice(0, longestDetail));
}
