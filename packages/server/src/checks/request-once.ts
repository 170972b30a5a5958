/** One GET to one address that was decided before: no look-up happens here, so nothing can be rebound. */
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { request as httpsRequest } from "node:https";
import type { TLSSocket } from "node:tls";
import type { Duration } from "@certmill/domain";
import { connectionReason } from "./connection-reason.ts";
import { betweenOf, cachedBy } from "./headers-between.ts";
import { plainText } from "./plain-text.ts";

export interface GetRequest {
  readonly url: URL;
  readonly address: string;
  readonly port: number;
  /** Until the connection stands, TLS included. */
  readonly connectTimeout: Duration;
  /** Bytes of the body at most; what follows is not read. */
  readonly mostBytes: number;
  /** Of the whole. */
  readonly signal: AbortSignal;
}

export type GetResult =
  | {
      readonly kind: "response";
      readonly status: number;
      readonly location: string | null;
      readonly server: string | null;
      /** Who has put its headers there on the way, and a header that tells of a cache; null: nobody, none. */
      readonly between: string | null;
      readonly cached: string | null;
      readonly body: string;
    }
  | { readonly kind: "unreachable" | "tls" | "broken" | "timeout"; readonly detail: string };

export function requestOnce(get: GetRequest): Promise<GetResult> {
  return new Promise((resolve) => {
    let stage: "connecting" | "handshaking" | "connected" = "connecting";
    const isTls = get.url.protocol === "https:";
    const sent = send(get);
    const end = (result: GetResult): void => {
      clearTimeout(timer);
      sent.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => {
      if (stage === "connecting") end({ kind: "unreachable", detail: "no connection in time" });
      else if (stage === "handshaking") end({ kind: "tls", detail: "no TLS handshake in time" });
    }, get.connectTimeout);
    sent.on("socket", (socket) => {
      socket.once("connect", () => {
        stage = isTls ? "handshaking" : "connected";
      });
      (socket as TLSSocket).once("secureConnect", () => {
        stage = "connected";
      });
    });
    sent.on("response", (response) => {
      readBody(response, get.mostBytes).then(
        (body) => end(responseOf(response, body)),
        () => end({ kind: "broken", detail: "the answer broke off" }),
      );
    });
    // What answers so has another protocol in mind; without a listener Node ends such a request without a word.
    sent.on("upgrade", (response, socket) => {
      socket.destroy();
      end(responseOf(response, ""));
    });
    sent.on("error", (error: NodeJS.ErrnoException) => {
      if (get.signal.aborted) return end({ kind: "timeout", detail: "no whole answer in time" });
      const kind = ({ connecting: "unreachable", handshaking: "tls", connected: "broken" } as const)[stage];
      end({ kind, detail: connectionReason(error) });
    });
    sent.end();
  });
}

function send({ url, address, port, signal }: GetRequest): ClientRequest {
  const options: RequestOptions = {
    host: address,
    port,
    path: `${url.pathname}${url.search}`,
    headers: { host: url.host, "user-agent": "certmill-check", accept: "*/*", connection: "close" },
    agent: false,
    maxHeaderSize: 16_384,
    signal,
  };
  if (url.protocol !== "https:") return httpRequest(options);
  // A CA does not verify what a redirect leads to, and neither does a check: it only wants to see the answer.
  const isAddress = /^[\d.]+$|^\[/.test(url.hostname);
  const tls = {
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    servername: isAddress ? "" : url.hostname,
  } as const;
  return httpsRequest({ ...options, ...tls });
}

async function readBody(response: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most).toString("latin1");
}

function responseOf({ statusCode, headers }: IncomingMessage, body: string): GetResult {
  const { location, server } = headers;
  return {
    kind: "response",
    status: statusCode ?? 0,
    location: location ?? null,
    server: typeof server === "string" ? plainText(server) : null,
    between: betweenOf(headers),
    cached: cachedBy(headers),
    body,
  };
}
