/** The one place where errors become HTTP. */
import { type Problem, type ProblemCode, problemTypes, problemTypeUri } from "@certmill/api";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isDatabaseAway } from "../store/database-away.ts";
import { Refusal } from "./refusal.ts";

/** Seconds. A database that restarts is back within a few. */
const retryAfterDatabase = 5;

export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new Refusal("not-found", `There is nothing at ${request.method} ${pathOf(request)}.`)),
  );
}

/** Also for what fails before there is a route (Fastify's `frameworkErrors`). */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(error, request);
  if (refusal.code === "internal") request.log.error({ err: error }, "request failed");
  if (refusal.code === "database-unavailable") {
    request.log.warn({ err: error }, "database unavailable");
  }
  sendProblem(reply, refusal);
}

function sendProblem(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status } = problemTypes[refusal.code];
  if (refusal.retryAfter !== null) void reply.header("retry-after", String(refusal.retryAfter));
  if (status === 401) void reply.header("www-authenticate", 'Bearer realm="certmill"');
  return reply
    .status(status)
    .type("application/problem+json")
    .serializer((problem: unknown) => JSON.stringify(problem))
    .send(problemOf(refusal));
}

function problemOf({ code, message, errors, termsOfService }: Refusal): Problem {
  const { status, title, remedy } = problemTypes[code];
  return {
    type: problemTypeUri(code),
    title,
    status,
    detail: `${message} ${remedy}`,
    code,
    ...(errors === null ? {} : { errors: [...errors] }),
    ...(termsOfService === null ? {} : { termsOfService }),
  };
}

/** Fastify's own errors that are the sender's doing, by their codes. */
const fastifyErrors: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ["body-too-large", "The body is larger than 4 MiB."],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["body-not-json", "The body's media type is not application/json."],
  FST_ERR_CTP_INVALID_JSON_BODY: ["invalid-request", "The body is not well-formed JSON."],
  FST_ERR_CTP_EMPTY_JSON_BODY: ["invalid-request", "The body is empty although it is announced as JSON."],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ["invalid-request", "The body is not as long as Content-Length says."],
  FST_ERR_BAD_URL: ["invalid-request", "The address is not a well-formed URL."],
};

function refusalOf(error: unknown, request: FastifyRequest): Refusal {
  if (error instanceof Refusal) return error;
  if (isDatabaseAway(error)) {
    return new Refusal("database-unavailable", "The database does not answer.", {
      retryAfter: retryAfterDatabase,
    });
  }
  const [code, detail] = fastifyErrors[codeOf(error)] ?? [];
  if (code !== undefined && detail !== undefined) return new Refusal(code, detail);
  return new Refusal("internal", `The request ${request.id} failed.`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

const pathOf = (request: FastifyRequest): string => request.url.split("?", 1)[0] ?? "/";
