/** From the operations table to Fastify's routes: no path, scope or schema is written twice. */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import {
  isAudited,
  isOpen,
  isTextBody,
  type Operation,
  type OperationId,
  type Operations,
  type OutputOf,
  operations,
  type RequestOf,
  type StreamOperation,
} from "@certmill/api";
import type { Duration, Instant } from "@certmill/domain";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { RepeatableRequest } from "../store/write/answer-once.ts";
import { noteRefusal, withOutcomeNoted } from "./caller/audited.ts";
import {
  AccessRefusal,
  type Caller,
  type CallerTools,
  identifyCaller,
  type SessionCaller,
} from "./caller/caller.ts";
import { clientAddress } from "./caller/client-address.ts";
import type { AskedTrace } from "./ports.ts";
import { Refusal } from "./refusal.ts";
import { demandConsole, refuseOtherSites, type Site, siteOf } from "./sign-in/console-site.ts";
import { readSessionSecret } from "./sign-in/session-cookie.ts";
import { type RequestPart, validationBy } from "./validate.ts";

/** Where a request came from. */
export interface CameFrom {
  /** The client's, as far as the trusted proxies tell; null: it is not known. */
  readonly address: string | null;
  readonly headers: IncomingHttpHeaders;
  /** Null: no console is where it was sent to. */
  readonly site: Site | null;
}

/** What a handler gets. All of it has been checked against the operation. */
export interface Asked<O extends Operation> extends RequestOf<O> {
  /** Of one of the operation's scopes, or a session's where it is for people only; null when it is open. */
  readonly caller: CallerOf<O>;
  /** Asked for where it is needed. */
  readonly from: () => CameFrom;
  /** Aborted when the client is gone or the server closes. */
  readonly signal: AbortSignal;
  /** Null: it came without an Idempotency-Key. */
  readonly repeatable: RepeatableRequest | null;
  /** Where a browser's stream was when it broke off; undefined: it says nothing of that. */
  readonly lastEventId: string | undefined;
  /** The span of the request, as a W3C traceparent; null: it told none, or nothing is traced. */
  readonly askedTrace: string | null;
}

type CallerOf<O extends Operation> = O["scopes"][number] extends never
  ? O["role"] extends null
    ? null
    : SessionCaller
  : Extract<Caller, { readonly scope: O["scopes"][number] }>;

/** A status that the operation declares, with its body. */
export interface Answer<O extends Operation> {
  readonly status: keyof O["responses"] & number;
  readonly body: O extends StreamOperation ? Readable : OutputOf<O>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A cookie to set. */
  readonly cookie?: string;
}

export type Handler<O extends Operation> = (asked: Asked<O>) => Promise<Answer<O>>;

/** One handler for each operation: a new operation does not compile until it has its handler. */
export type Handlers = { readonly [Id in OperationId]: Handler<Operations[Id]> };

/** A handler whose operation is known only at run time; the table of handlers pairs the two. */
type AnyHandler = (asked: never) => Promise<AnyAnswer>;

interface AnyAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookie?: string;
}

export interface RouteTools extends CallerTools {
  readonly now: () => Instant;
  /** Aborted when the server closes: long polls end at once. */
  readonly closing: AbortSignal;
  /** Where people reach the console; null: only from this machine. */
  readonly publicUrl: URL | null;
  /** How long a session lasts that is not used. */
  readonly sessionIdle: Duration;
  readonly askedTrace: AskedTrace;
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
  tools: RouteTools & { readonly whenGone: (reply: FastifyReply) => AbortSignal },
): void {
  const validate = validationOf(operation);
  const callers = new WeakMap<FastifyRequest, Caller>();
  app.route({
    method: operation.method,
    url: operation.path.replaceAll(/\{(\w+)\}/g, ":$1"),
    schema: { response: responseSchemas(operation) },
    // Before the body is read: a stranger's 4 MiB are not.
    onRequest: async (request, reply) => {
      if (!isOpen(operation)) callers.set(request, await admit(operation, request, tools));
      // What somebody sees who has signed in is not for the browser's disk.
      if (request.headers.cookie !== undefined) void reply.header("cache-control", "no-store");
    },
    handler: async (request, reply) => {
      const caller = callers.get(request) ?? null;
      const parts = validate(request);
      const from = (): CameFrom => cameFrom(request, tools);
      const asked = {
        ...parts,
        caller,
        from,
        signal: tools.whenGone(reply),
        repeatable: caller === null ? null : repeatableOf(operation, request, caller),
        lastEventId: lastEventIdOf(request),
        askedTrace: tools.askedTrace(request.headers["traceparent"]),
      };
      const act = (): Promise<AnyAnswer> => handler(asked as never);
      const answer =
        caller === null || caller.scope === "edge" || !isAudited(operation)
          ? await act()
          : await withOutcomeNoted(
              tools,
              { caller, address: from().address, action: operation.id, ...parts },
              act,
            );
      return send(reply, operation, answer);
    },
  });
}

/** @throws {Refusal} what `callerOf` does; of one who is known it is noted before. */
async function admit(operation: Operation, request: FastifyRequest, tools: RouteTools): Promise<Caller> {
  try {
    return await callerOf(operation, request, tools);
  } catch (error) {
    if (error instanceof AccessRefusal) {
      const { address } = cameFrom(request, tools);
      await noteRefusal(tools, error, { address, action: operation.id, params: request.params });
    }
    throw error;
  }
}

/** @throws {Refusal} also for a session that is used by another site's page. */
async function callerOf(
  operation: Operation,
  { headers }: FastifyRequest,
  tools: RouteTools,
): Promise<Caller> {
  const { publicUrl, sessionIdle: idle } = tools;
  const { authorization, cookie } = headers;
  const site = siteOf(headers, publicUrl);
  const sessionSecret = readSessionSecret(cookie, site);
  if (authorization === undefined && sessionSecret !== null) {
    if (operation.method === "GET") refuseOtherSites(headers);
    else demandConsole(headers, site);
  }
  return identifyCaller(tools, { authorization, sessionSecret }, operation, { now: tools.now(), idle });
}

const cameFrom = ({ ip, headers }: FastifyRequest, { publicUrl }: RouteTools): CameFrom => ({
  address: clientAddress(ip),
  headers,
  site: siteOf(headers, publicUrl),
});

function send(reply: FastifyReply, operation: Operation, answer: AnyAnswer): FastifyReply {
  const { status, body, headers = {}, cookie } = answer;
  const declared = operation.responses[status];
  if (declared === undefined) throw new Error(`${operation.id} does not declare the status ${status}.`);
  const mediaType = isTextBody(declared) ? declared.mediaType : "application/json; charset=utf-8";
  if (cookie !== undefined) void reply.header("set-cookie", cookie);
  return reply.status(status).headers(headers).type(mediaType).send(body);
}

/** The schemas that answers are filtered by: what they do not name is not sent. */
function responseSchemas(operation: Operation): Record<string, unknown> {
  return Object.fromEntries(Object.entries(operation.responses).filter(([, body]) => !isTextBody(body)));
}

type Parts = Readonly<Record<RequestPart, unknown>>;

function validationOf(operation: Operation): (request: FastifyRequest) => Parts {
  const checks = (["params", "query", "body"] as const).map((part) => {
    const schema = operation[part];
    return { part, check: schema === undefined ? null : validationBy(schema, part) };
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

function lastEventIdOf({ headers }: FastifyRequest): string | undefined {
  const id = headers["last-event-id"];
  return typeof id === "string" && id !== "" ? id : undefined;
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
  return { holder: caller.holder, key, hash };
}
