import type { Agent } from "undici";
import { Exchange } from "./exchange.ts";
import type { AcmeHttpRequest, AcmeHttpResponse, Transport } from "./transport.ts";

/** How the default transport connects. */
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

/** RFC 8555 section 6.1: the software, and the HTTP client beneath it. */
const LIBRARY = "certmill-acme/0.1 undici/8";

/**
 * The default transport: kept-alive HTTP/1.1 connections. Disposing of it cuts off what is under way.
 *
 * undici is loaded by the first request: it takes 25 MB, which a program that only reads certificates, or has a
 * transport of its own, is to be spared.
 */
export function undiciTransport(options: UndiciTransportOptions = {}): Transport & AsyncDisposable {
  const {
    rootPem = null,
    userAgent,
    timeout = 30_000,
    maxResponseBytes = 2 ** 20,
    connections = 32,
  } = options;
  const openAgent = async (): Promise<Agent> => {
    const undici = await import("undici");
    return new undici.Agent({
      connections,
      // One request on a connection at a time: a lost connection then loses one answer.
      pipelining: 1,
      allowH2: false,
      // The deadline below covers all phases.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout, ...(rootPem === null ? {} : { ca: rootPem }) },
    });
  };
  let opened: Promise<Agent> | null = null;
  let isDisposed = false;
  const constantHeaders = {
    "user-agent": userAgent === undefined ? LIBRARY : `${userAgent} ${LIBRARY}`,
    "accept-language": "en",
  };

  async function transport(request: AcmeHttpRequest): Promise<AcmeHttpResponse> {
    if (isDisposed) throw new Error("the transport was disposed of");
    const url = new URL(request.url);
    opened ??= openAgent();
    const agent = await opened;
    request.signal?.throwIfAborted();
    const exchange = new Exchange(request, { timeout, maxResponseBytes });
    agent.dispatch(
      {
        origin: url.origin,
        path: requestTarget(request.url) ?? url.pathname + url.search,
        method: request.method,
        headers: { ...constantHeaders, ...request.headers },
        body: request.body,
        // undici would drop the connection after a HEAD, which is how a client's first nonce is fetched.
        reset: false,
      },
      exchange,
    );
    return exchange.answer;
  }
  const dispose = async (): Promise<void> => {
    isDisposed = true;
    await (await opened)?.destroy();
  };
  return Object.assign(transport, { [Symbol.asyncDispose]: dispose });
}

/**
 * The path and query of an absolute URL as they are written (RFC 9112 section 3.2.1): the CA compares the signed
 * URL with what it was asked for. null when they hold what HTTP cannot send as it is.
 */
function requestTarget(url: string): string | null {
  const target = /^[^:]+:\/\/[^/?#]*([\x21\x22\x24-\x7e]*)(?:#|$)/.exec(url)?.[1];
  if (target === undefined) return null;
  return target.startsWith("/") ? target : `/${target}`;
}
