import { Agent, type Dispatcher } from "undici";
import { AcmeError } from "./acme-error.ts";
import type { AcmeHttpHeaders, AcmeHttpRequest, AcmeHttpResponse, Transport } from "./transport.ts";

export interface UndiciTransportOptions {
  /** Roots the CA's own HTTPS is verified against, PEM; null (the default): the system's. */
  readonly rootPem?: string | null;
  /** Goes before this library's own name in `User-Agent`, as in "my-tool/1.2" (RFC 8555 section 6.1). */
  readonly userAgent?: string;
  /** Milliseconds for a whole request, from the look-up of the name to the last byte. Default 30,000. */
  readonly timeout?: number;
  /** A longer body is refused unread. Default 1 MiB. */
  readonly maxResponseBytes?: number;
  /** Connections at once to one CA; further requests queue within their deadlines. Default 32. */
  readonly connections?: number;
}

const LIBRARY = "certmill-acme/0.1";

/** The default transport: kept-alive HTTP/1.1 connections. Disposing of it cuts off what is under way. */
export function undiciTransport(options: UndiciTransportOptions = {}): Transport & AsyncDisposable {
  const {
    rootPem = null,
    userAgent,
    timeout = 30_000,
    maxResponseBytes = 2 ** 20,
    connections = 32,
  } = options;
  const agent = new Agent({
    connections,
    // One request on a connection at a time: a lost connection then loses one answer.
    pipelining: 1,
    allowH2: false,
    // The deadline below covers all phases.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout, ...(rootPem === null ? {} : { ca: rootPem }) },
  });
  const constantHeaders = {
    "user-agent": userAgent === undefined ? LIBRARY : `${userAgent} ${LIBRARY}`,
    "accept-language": "en",
  };

  async function transport(request: AcmeHttpRequest): Promise<AcmeHttpResponse> {
    const { origin, pathname, search } = new URL(request.url);
    const deadline = new Deadline(timeout, request.signal);
    try {
      const response = await agent.request({
        origin,
        path: pathname + search,
        method: request.method,
        headers: { ...constantHeaders, ...request.headers },
        body: request.body,
        signal: deadline.signal,
      });
      const body = await readBody(response.body, maxResponseBytes, request.url);
      return { status: response.statusCode, headers: new IncomingHeaders(response.headers), body };
    } finally {
      deadline.clear();
    }
  }
  return Object.assign(transport, { [Symbol.asyncDispose]: () => agent.destroy() });
}

/** Aborts after a time, or with another signal; cheaper than AbortSignal.any, and leaves no listener behind. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #caller: AbortSignal | null;
  readonly #onCallerAbort = () => this.#controller.abort(this.#caller?.reason);

  constructor(timeout: number, caller: AbortSignal | null) {
    this.#caller = caller;
    this.#timer = setTimeout(() => {
      this.#controller.abort(new Error(`no whole answer within ${timeout} ms`));
    }, timeout);
    caller?.addEventListener("abort", this.#onCallerAbort, { once: true });
    if (caller?.aborted === true) this.#onCallerAbort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#onCallerAbort);
  }
}

class IncomingHeaders implements AcmeHttpHeaders {
  readonly #fields: Dispatcher.ResponseData["headers"];

  constructor(fields: Dispatcher.ResponseData["headers"]) {
    this.#fields = fields;
  }

  get(name: string): string | null {
    const value = this.#fields[name];
    return Array.isArray(value) ? value.join(", ") : (value ?? null);
  }
}

/** Leaving the loop by an exception destroys the stream, and so the connection. */
async function readBody(body: AsyncIterable<Buffer>, most: number, url: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > most) throw new AcmeError("bad-response", `${url}: over ${most} bytes`);
    chunks.push(chunk);
  }
  const [first] = chunks;
  return (chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length)).toString(
    "utf8",
  );
}
