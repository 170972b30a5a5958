import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { setTimeout } from "node:timers/promises";
import type { Instant } from "@certmill/domain";
import type { Accounts } from "../ca/accounts.ts";
import { parseRoute, type Route, type Urls } from "../ca/urls.ts";
import type { Fault, Faults } from "../faults.ts";
import type { Limits } from "../limits/limits.ts";
import type { RequestLimits } from "../limits/request-limits.ts";
import { notFound, type ProblemDocument, problemDocument, Refusal } from "../problem.ts";
import type { Alterations, ReplyAlteration } from "../quirks/alteration.ts";
import type { Appointments } from "../validation/appointments.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Nonces } from "./nonces.ts";
import type { OutageSwitch } from "./outage.ts";
import { PORTAL_PATH, portalReply } from "./portal.ts";
import { readBytes } from "./read-bytes.ts";
import { jsonReply, type Reply } from "./reply.ts";
import type { RequestLog } from "./request-log.ts";
import { sendAltered } from "./send-altered.ts";
import { type Signatures, verifySignedRequest } from "./signed-request.ts";
import { busy, turnedAway } from "./turned-away.ts";

export interface ListenerParts {
  readonly urls: Urls;
  readonly directory: object;
  readonly accounts: Accounts;
  readonly endpoints: Endpoints;
  readonly nonces: Nonces;
  readonly signatures: Signatures;
  readonly limits: Limits;
  readonly requestLimits: RequestLimits;
  readonly faults: Faults;
  readonly alterations: Alterations;
  readonly outages: OutageSwitch;
  readonly log: RequestLog;
  /** Kept before each request. */
  readonly appointments: Appointments;
  readonly now: () => Instant;
}

const LARGEST_BODY = 256 * 1_024;

/** What is done with a request; `null` is a cut connection. */
type Outcome = { readonly reply: Reply; readonly nonce: "fresh" | "none" } | null;

/** Answers every HTTP request to the CA: RFC 8555 section 6. */
export function acmeListener(parts: ListenerParts): RequestListener {
  return (request, response) => {
    void handle(parts, request, response);
  };
}

async function handle(
  parts: ListenerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { log, faults, alterations, appointments, outages, requestLimits, now, nonces, urls } = parts;
  appointments.keep(now());
  if (outages.delay > 0) await setTimeout(outages.delay);
  const { method = "", url: path = "" } = request;
  const route = parseRoute(path.split("?", 1)[0] ?? "");
  const fault =
    route === null ? null : faults.draw(route.resource, method === "POST" ? "signed" : "unsigned");
  const alteration = route === null ? null : alterations.take(route.resource);
  const down = outages.answer();
  const turning = route === null ? null : requestLimits.take(route.resource, addressOf(request), now());
  const outcome: Outcome =
    down !== null
      ? whenDown(down)
      : alteration !== null && "instead" in alteration
        ? { reply: alteration.instead, nonce: alteration.nonce }
        : turning !== null
          ? { reply: turnedAway(turning), nonce: "none" }
          : await outcomeOf(parts, request, route, fault);
  log.add({
    at: now(),
    method,
    path,
    resource: route?.resource ?? null,
    status: outcome?.reply.status ?? null,
    problem: outcome === null ? null : problemOf(outcome.reply),
    fault,
    altered: alteration !== null,
  });
  if (outcome === null) {
    request.socket.destroy();
    return;
  }
  const rendered = render(outcome.reply, {
    "Cache-Control": "public, max-age=0, no-cache",
    ...(route?.resource !== "directory" && { Link: [`<${urls.directory()}>;rel="index"`] }),
    ...(outcome.nonce === "fresh" && { "Replay-Nonce": nonces.issue() }),
  });
  if (typeof alteration === "function") alter(response, rendered, alteration);
  else send(response, rendered);
}

const whenDown = (down: Reply | "cut"): Outcome => (down === "cut" ? null : { reply: down, nonce: "none" });

/** An alteration that does not fit its reply is the test's fault: 500 says so, as the CA has nobody else to tell. */
function alter(response: ServerResponse, rendered: Rendered, alteration: ReplyAlteration): void {
  const { status, body } = rendered;
  const { "Content-Length": _, ...headers } = rendered.headers;
  try {
    sendAltered(response, alteration({ status, headers, body: Buffer.from(body) }));
  } catch (error) {
    send(response, render(brokenReply(error), {}));
  }
}

async function outcomeOf(
  parts: ListenerParts,
  request: IncomingMessage,
  route: Route | null,
  fault: Fault | null,
): Promise<Outcome> {
  switch (fault) {
    case "drop-before":
      return null;
    case "server-error":
      return { reply: problemReply(problemDocument("serverInternal", "Internal error"), 60), nonce: "fresh" };
    case "unavailable":
      return { reply: busy(1), nonce: "none" };
    case "drop-after":
      await answer(parts, request, route, "as-it-is");
      return null;
    case "bad-nonce":
      return { reply: await answer(parts, request, route, "refuse"), nonce: "fresh" };
    case null: {
      const unsigned = route?.resource === "directory" || (route !== null && request.method === "GET");
      const nonce = unsigned && route.resource !== "newNonce" ? "none" : "fresh";
      return { reply: await answer(parts, request, route, "as-it-is"), nonce };
    }
  }
}

async function answer(
  parts: ListenerParts,
  request: IncomingMessage,
  route: Route | null,
  nonce: "as-it-is" | "refuse",
): Promise<Reply> {
  try {
    return await answerOrRefuse(parts, request, route, nonce);
  } catch (error) {
    if (error instanceof Refusal) return { ...problemReply(error.document), headers: error.headers };
    return brokenReply(error);
  }
}

function brokenReply(error: unknown): Reply {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return problemReply(problemDocument("serverInternal", `The sim CA is broken: ${text}`));
}

async function answerOrRefuse(
  { urls, directory, endpoints, accounts, nonces, signatures, limits, now }: ListenerParts,
  request: IncomingMessage,
  route: Route | null,
  nonce: "as-it-is" | "refuse",
): Promise<Reply> {
  const { method = "", url: path = "" } = request;
  if (path.startsWith(`${PORTAL_PATH}?`)) return portalReply({ method, path }, limits, now());
  if (route === null) throw notFound("Page not found");
  const { resource, ids } = route;
  if (resource === "directory") {
    if (method !== "GET" && method !== "HEAD") throw methodNotAllowed();
    return jsonReply(directory);
  }
  if (resource === "newNonce") {
    if (method !== "GET" && method !== "HEAD") throw methodNotAllowed();
    return {
      status: method === "HEAD" ? 200 : 204,
      headers: { "Cache-Control": "no-store" },
      content: { kind: "none" },
    };
  }
  if (resource === "renewalInfo") {
    if (method !== "GET" && method !== "HEAD") throw methodNotAllowed();
    return endpoints.renewalInfo(ids[0], request.headers["if-none-match"]);
  }
  if (method !== "POST") throw methodNotAllowed();
  if (request.headers["content-type"] !== "application/jose+json") {
    const detail = 'Invalid Content-Type header on POST. Content-Type must be "application/jose+json"';
    throw new Refusal("malformed", detail, { status: 415 });
  }
  const body = await readBody(request);
  if (nonce === "refuse") throw new Refusal("badNonce", "JWS has an invalid anti-replay nonce");
  const signed = await verifySignedRequest(body, urls.origin + path, { nonces, accounts, signatures });
  const cursor = Number(new URLSearchParams(path.split("?")[1]).get("cursor") ?? 0);
  const circumstances = {
    ids,
    cursor: Number.isSafeInteger(cursor) ? cursor : 0,
    address: addressOf(request),
  };
  return await endpoints.answer(resource, circumstances, signed);
}

/** `::ffff:127.0.0.1` is 127.0.0.1. */
const addressOf = ({ socket }: IncomingMessage): string =>
  (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");

const methodNotAllowed = (): Refusal => new Refusal("malformed", "Method not allowed", { status: 405 });

/** @throws Refusal for a body that is too long or cut off. */
async function readBody(request: IncomingMessage): Promise<string> {
  const { bytes, end } = await readBytes(request, LARGEST_BODY);
  if (end === "whole") return bytes.toString();
  if (end === "cut") throw new Refusal("malformed", "request body is cut off");
  throw new Refusal("malformed", "request body is too large", { status: 413 });
}

function problemReply(document: ProblemDocument, retryAfterSeconds?: number): Reply {
  const headers = retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) };
  return { status: document.status, headers, content: { kind: "problem", value: document } };
}

const problemOf = ({ content }: Reply): string | null =>
  content.kind === "problem" ? (content.value.type.split(":").at(-1) ?? null) : null;

/** A reply with all its headers but Date. */
interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
}

function send(response: ServerResponse, { status, headers, body }: Rendered): void {
  response.writeHead(status, headers);
  response.end(body);
}

function render(
  { status, headers, content }: Reply,
  more: { Link?: string[] } & Record<string, string | string[]>,
): Rendered {
  const link = [...(more.Link ?? []), ...(headers["Link"] === undefined ? [] : [headers["Link"]])];
  const { type, body } = renderContent(content);
  return {
    status,
    headers: {
      ...more,
      ...headers,
      ...(link.length > 0 && { Link: link }),
      ...(type !== null && { "Content-Type": type }),
      // Of 304 it would be that of the body left out (RFC 9110 section 8.6).
      ...(status !== 304 && { "Content-Length": String(Buffer.byteLength(body)) }),
    },
    body,
  };
}

function renderContent(content: Reply["content"]): { readonly type: string | null; readonly body: string } {
  switch (content.kind) {
    case "none":
      return { type: null, body: "" };
    case "json":
      return { type: "application/json", body: JSON.stringify(content.value) };
    case "problem":
      return { type: "application/problem+json", body: JSON.stringify(content.value) };
    case "chain":
      return { type: "application/pem-certificate-chain", body: content.pem };
    case "html":
      return { type: "text/html", body: content.text };
  }
}
