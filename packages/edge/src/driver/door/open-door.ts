import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isIP } from "node:net";
import { closeServer, listenOn } from "../../listen/listen-on.ts";
import { isLoopback } from "../../listen/loopback.ts";
import type { Log } from "../../log/edge-event.ts";

/** What a door says to a request. */
export interface DoorAnswer {
  readonly status: number;
  /** Its media type with it; null: no body. */
  readonly body: { readonly type: string; readonly text: string | Buffer } | null;
}

export interface DoorOptions {
  /** What is behind it, for the log: "certificates for Caddy". */
  readonly what: string;
  /** The address to listen on. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The first part of every path (`/SECRET/cert`); null: none, whoever reaches the port is answered. */
  readonly secret: string | null;
  /** By path, such as `/cert`. What it throws is told as 503. */
  readonly answers: Readonly<Record<string, (query: URLSearchParams) => DoorAnswer | Promise<DoorAnswer>>>;
  readonly log: Log;
}

export interface Door extends AsyncDisposable {
  readonly port: number;
}

/** Milliseconds that a connection is kept open between two requests; Go's clients give theirs up after 90 s. */
const keepAlive = 120_000;

/**
 * A plain HTTP port at which a proxy on this machine asks for certificates, private keys with them. It answers only what
 * names it as a machine does that is its own: a page in somebody's browser names it by a host of the page's.
 *
 * @throws {EdgeFault} `port-unusable`.
 */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { what, host, secret, log } = options;
  const server = createServer(
    { keepAliveTimeout: keepAlive, requestTimeout: 10_000 },
    (request, response) => {
      void answer(request, options).then((said) => send(response, said));
    },
  );
  const port = await listenOn(server, options.port, host);
  log({ kind: "listening", what, port });
  if (!isLoopback(host) && secret === null) {
    const warning =
      `${what} and their private keys are given to whoever reaches ${host} port ${port}, in the clear; ` +
      "listen on 127.0.0.1 instead, or set a secret and keep the network between them to yourself";
    log({ kind: "warning", warning });
  }
  const close = async () => {
    const closed = closeServer(server);
    server.closeAllConnections();
    await closed;
  };
  return { port, [Symbol.asyncDispose]: close };
}

/** A refusal, or anything else for people. */
export const say = (status: number, sentence: string): DoorAnswer => ({
  status,
  body: { type: "text/plain; charset=utf-8", text: `${sentence}\n` },
});

/** Only the server could tell. */
export const serverAway: DoorAnswer = say(503, "The server cannot be asked now.");

async function answer(
  { method, url = "", headers }: IncomingMessage,
  { secret, answers }: DoorOptions,
): Promise<DoorAnswer> {
  if (secret === null && !isOwnName(headers.host)) {
    return say(421, "Name this port by its address, such as 127.0.0.1, not by a host name.");
  }
  const { pathname, searchParams } = URL.parse(`http://door${url}`) ?? {};
  const path = pathname === undefined ? null : inside(pathname, secret);
  const found = path !== null && Object.hasOwn(answers, path) ? answers[path] : undefined;
  if (found === undefined || searchParams === undefined) return say(404, "There is nothing here.");
  if (method !== "GET") return say(405, "Only GET is answered.");
  try {
    return await found(searchParams);
  } catch (error) {
    return say(503, `It cannot be told now: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** The path behind the secret; null: the secret is another. */
function inside(path: string, secret: string | null): string | null {
  if (secret === null) return path;
  const [, given = "", rest = ""] = /^\/([^/]*)(\/.*)$/.exec(path) ?? [];
  return timingSafeEqual(digest(given), digest(secret)) ? rest : null;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

function isOwnName(host = ""): boolean {
  const name = host.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || isIP(name) !== 0;
}

function send(response: ServerResponse, { status, body }: DoorAnswer): void {
  response.writeHead(status, {
    "cache-control": "no-store",
    ...(status === 405 ? { allow: "GET" } : {}),
    ...(body === null ? {} : { "content-type": body.type, "content-length": Buffer.byteLength(body.text) }),
  });
  response.end(body?.text);
}
