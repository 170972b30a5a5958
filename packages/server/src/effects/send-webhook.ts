/** One message to one endpoint, signed and sent as Standard Webhooks have it (https://www.standardwebhooks.com). */
import { type AddressRange, type Instant, instant, seconds, type WebhookAnswer } from "@certmill/domain";
import { Webhook } from "standardwebhooks";
import { Agent, type Dispatcher, request } from "undici";
import { webhookConnector } from "./webhook-connector.ts";

export interface WebhookSend {
  readonly url: string;
  /** The newest first, each 24 to 64 bytes: the message is signed with all of them. */
  readonly secrets: readonly Uint8Array[];
  /** The same each time this message is sent: by it the endpoint knows a repetition. */
  readonly id: string;
  readonly body: string;
  readonly now: Instant;
}

export interface WebhookOutcome {
  readonly answer: WebhookAnswer;
  /** The endpoint's first words, or why there was no answer; for people. */
  readonly detail: string;
}

export interface WebhookSender extends AsyncDisposable {
  /** Never fails but for the signal. */
  send(message: WebhookSend, signal: AbortSignal): Promise<WebhookOutcome>;
}

const connectTimeout = seconds(5);
const wholeTimeout = seconds(15);
/** To one endpoint at once. */
export const sendConcurrency = 16;
/** Bytes of the answer that are read; what follows is cut off with its connection. */
const mostBytes = 4_096;
const shownCharacters = 200;

/** @param allowed ranges that are not on the public internet and may be reached all the same, and without TLS. */
export function webhookSender(allowed: readonly AddressRange[]): WebhookSender {
  const agent = new Agent({
    connect: webhookConnector(allowed, connectTimeout),
    connections: sendConcurrency,
    keepAliveTimeout: seconds(10),
    keepAliveMaxTimeout: seconds(60),
  });
  return {
    send: (message, signal) => post(agent, message, signal),
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

async function post(agent: Agent, message: WebhookSend, signal: AbortSignal): Promise<WebhookOutcome> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(wholeTimeout)]);
  try {
    const { statusCode, headers, body } = await request(message.url, {
      method: "POST",
      headers: signedHeaders(message),
      body: message.body,
      dispatcher: agent,
      signal: deadline,
    });
    const detail = await firstWords(body);
    const retryAt = retryAfter(headers["retry-after"], message.now);
    return { answer: { kind: "answered", status: statusCode, retryAt }, detail };
  } catch (error) {
    signal.throwIfAborted();
    const detail = deadline.aborted ? `no whole answer in ${wholeTimeout / 1_000} s` : reasonOf(error);
    return { answer: { kind: "unanswered" }, detail };
  }
}

function signedHeaders({ secrets, id, body, now }: WebhookSend): Record<string, string> {
  const at = new Date(now);
  return {
    "content-type": "application/json",
    "user-agent": "certmill-webhook",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now / 1_000)),
    "webhook-signature": secrets
      .map((secret) => new Webhook(secret, { format: "raw" }).sign(id, at, body))
      .join(" "),
  };
}

/** The beginning of the body; a short one is read whole, so that its connection is kept. */
async function firstWords(body: Dispatcher.ResponseData["body"]): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size >= mostBytes) break;
  }
  return printable(Buffer.concat(chunks).toString("utf8"));
}

const printable = (text: string): string =>
  text
    .replaceAll(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, shownCharacters);

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfter(header: string | string[] | undefined, now: Instant): Instant | null {
  if (typeof header !== "string") return null;
  if (/^\d{1,9}$/.test(header)) return instant(now + Number(header) * 1_000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : instant(date);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown error";
  const { code } = error as NodeJS.ErrnoException;
  return printable(code === undefined || code === "target-refused" ? error.message : (reasons[code] ?? code));
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection broke off",
  ENOTFOUND: "the name has no address",
  EAI_AGAIN: "the name could not be looked up",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
  UND_ERR_SOCKET: "the connection broke off",
};
