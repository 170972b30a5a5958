/** From the operations table to Fastify's routes: no path, scope or schema is written twice. */
import { createHash } from "node:crypto";
import {
  isTextBody,
  type Operation,
  type OperationId,
  type Operations,
  type OutputOf,
  operations,
  type RequestOf,
} from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { RepeatableRequest } from "../store/write/answer-once.ts";
import { type Caller, type CallerTools, identifyCaller } from "./caller.ts";
import { Refusal } from "./refusal.ts";
import { compileValidation, type RequestPart } from "./validate.ts";

/** What a handler gets. All of it has been checked against the operation. */
export interface Asked<O extends Operation> extends RequestOf<O> {
  /** Of one of the operation's scopes; null when it asks for none. */
  readonly caller: CallerOf<O>;
  /** Aborted when the client is gone or the server closes. */
  readonly signal: AbortSignal;
  /** Null: it came without an Idempotency-Key. */
  readonly repeatable: RepeatableRequest | null;
}

type CallerOf<O extends Operation> = O["scopes"][number] extends never
  ? null
  : Extract<Caller, { readonly scope: O["scopes"][number] }>;

/** A status that the operation declares, with its body. */
export interface Answer<O extends Operation> {
  readonly status: keyof O["responses"] & number;
  readonly body: OutputOf<O>;
}

export type Handler<O extends Operation> = (asked: Asked<O>) => Promise<Answer<O>>;

/** One handler for each operation: a new operation does not compile until it has its handler. */
export type Handlers = { readonly [Id in OperationId]: Handler<Operations[Id]> };

/** A handler whose operation is known only at run time; the table of handlers pairs the two. */
type AnyHandler = (asked: never) => Promise<{ readonly status: number; readonly body: unknown }>;

export interface RouteTools extends CallerTools {
  readonly now: () => Instant;
  /** Aborted when the server closes: long polls end at once. */
  readonly closing: AbortSignal;
}

export function addRoutes(app: FastifyInstance, handlers: Handlers, tools: RouteTools): void {
  const whenGone = goneSignals(tools.closing);
  for (const operation of Object.values<Operation>(operations)) {
    addRoute(app, operation, handlers[operation.id as OperationId], { ...tools, whenGone });
  }
}

function addRoute(
  app: FastifyInstance,
  operation: Operation,
  handler: AnyHandler,
  tools: CallerTools & Pick<RouteTools, "now"> & { readonly whenGone: (reply: FastifyReply) => AbortSignal },
): void {
  const validate = validationOf(operation);
  const callers = new WeakMap<FastifyRequest, Caller>();
  app.route({
    method: operation.method,
    url: operation.path.replaceAll(/\{(\w+)\}/g, ":$1"),
    schema: { response: responseSchemas(operation) },
    // Before the body is read: a stranger's 4 MiB are not.
    onRequest: async (request) => {
      if (operation.scopes.length === 0) return;
      const { authorization } = request.headers;
      callers.set(request, await identifyCaller(tools, authorization, operation.scopes, tools.now()));
    },
    handler: async (request, reply) => {
      const caller = callers.get(request) ?? null;
      const parts = validate(request);
      const asked = {
        ...parts,
        caller,
        signal: tools.whenGone(reply),
        repeatable: caller === null ? null : repeatableOf(operation, request, caller),
      };
      const { status, body } = await handler(asked as never);
      return send(reply, operation, status, body);
    },
  });
}

function send(reply: FastifyReply, operation: Operation, status: number, body: unknown): FastifyReply {
  const declared = operation.responses[status];
  if (declared === undefined) throw new Error(`${operation.id} does not declare the status ${status}.`);
  const mediaType = isTextBody(declared) ? declared.mediaType : "application/json; charset=utf-8";
  return reply.status(status).type(mediaType).send(body);
}

/** The schemas that answers are filtered by: what they do not name is not sent. */
function responseSchemas(operation: Operation): Record<string, unknown> {
  return Object.fromEntries(Object.entries(operation.responses).filter(([, body]) => !isTextBody(body)));
}

type Parts = Readonly<Record<RequestPart, unknown>>;

function validationOf(operation: Operation): (request: FastifyRequest) => Parts {
  const checks = (["params", "query", "body"] as const).map((part) => {
    const schema = operation[part];
    return { part, check: schema === undefined ? null : compileValidation(schema, part) };
  });
  return (request) => {
    const results = checks.map(({ part, check }) => ({ part, result: check?.(request[part]) ?? null }));
    const errors = results.flatMap(({ result }) => (result === null || result.ok ? [] : result.errors));
    if (errors.length > 0) {
      const count = errors.length === 1 ? "one fault" : `${errors.length} faults`;
      throw new Refusal("invalid-request", `The request has ${count}.`, { errors });
    }
    const parts = results.map(({ part, result }) => [part, result?.ok === true ? result.value : undefined]);
    return Object.fromEntries(parts) as Parts;
  };
}

/**
 * Signals that abort when a reply's client is gone, or when `closing` does. By hand and with one reason for all: of
 * thousands of long polls, signals made of signals and their errors were a tenth of what each costs.
 */
function goneSignals(closing: AbortSignal): (reply: FastifyReply) => AbortSignal {
  const over = new DOMException("The client is gone, or the server closes.", "AbortError");
  const open = new Set<AbortController>();
  closing.addEventListener("abort", () => open.forEach((gone) => gone.abort(over)), { once: true });
  return (reply) => {
    const gone = new AbortController();
    if (closing.aborted) gone.abort(over);
    open.add(gone);
    reply.raw.once("close", () => {
      open.delete(gone);
      gone.abort(over);
    });
    return gone.signal;
  };
}

const longestKey = 200;

function repeatableOf(
  operation: Operation,
  request: FastifyRequest,
  caller: Caller,
): RepeatableRequest | null {
  const key = request.headers["idempotency-key"];
  if (operation.idempotencyKey !== true || key === undefined || caller.scope === "edge") return null;
  if (typeof key !== "string" || key === "" || key.length > longestKey) {
    const message = `It must be one text of 1 to ${longestKey} characters.`;
    throw new Refusal("invalid-request", "The request has one fault.", {
      errors: [{ path: "headers/idempotency-key", message }],
    });
  }
  const hash = createHash("sha256")
    .update(`${operation.id}\n${JSON.stringify(request.body)}`)
    .digest();
  return { tokenId: caller.tokenId, key, hash };
}
