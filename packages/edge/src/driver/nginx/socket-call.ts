import { Agent, request } from "node:http";

/** What was answered; or nothing was, and why, as a clause. */
export type Answer =
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  | { readonly kind: "away"; readonly reason: string };

export interface Call {
  readonly method: "GET" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: string;
}

/** Milliseconds for one call: nginx parses a certificate in two, and waits ten seconds for its lock at most. */
const deadline = 15_000;

/** Idempotent HTTP calls to a unix socket over a few kept connections. */
export class SocketCaller {
  readonly #socket: string;
  readonly #agent: Agent;

  constructor(socket: string, connections: number) {
    this.#socket = socket;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** An aborted signal is an answer, too: nginx was not asked to the end. */
  async call(call: Call, signal: AbortSignal): Promise<Answer> {
    const first = await this.#once(call, signal, this.#agent);
    if (first !== "connection-was-stale") return first;
    // nginx closes idle connections when it reloads, maybe just as one is used again. Then all are stale: a new one is not.
    const second = await this.#once(call, signal, new Agent());
    return second === "connection-was-stale" ? away("nginx closed a new connection") : second;
  }

  #once(
    { method, path, body }: Call,
    signal: AbortSignal,
    agent: Agent,
  ): Promise<Answer | "connection-was-stale"> {
    if (signal.aborted) return Promise.resolve(stopped);
    const limited = AbortSignal.any([signal, AbortSignal.timeout(deadline)]);
    const { promise, resolve } = Promise.withResolvers<Answer | "connection-was-stale">();
    const headers = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const options = { socketPath: this.#socket, agent, method, path, headers, signal: limited };
    const outgoing = request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      response.once("error", failed);
      response.once("end", () => resolve({ kind: "answered", status: response.statusCode ?? 0, body: text }));
    });
    const failed = (error: NodeJS.ErrnoException): void => {
      if (signal.aborted) resolve(stopped);
      else if (limited.aborted) resolve(away(`nginx did not answer within ${deadline / 1_000} s`));
      else if (outgoing.reusedSocket && isClosing(error)) resolve("connection-was-stale");
      else resolve(away(reasonOf(error, this.#socket)));
    };
    outgoing.once("error", failed).end(body);
    return promise;
  }
}

const away = (reason: string): Answer => ({ kind: "away", reason });

const stopped = away("the agent was told to stop");

const isClosing = ({ code }: NodeJS.ErrnoException): boolean => code === "ECONNRESET" || code === "EPIPE";

function reasonOf({ code, message }: NodeJS.ErrnoException, socket: string): string {
  if (code === "ENOENT") return `there is no socket ${socket}: nginx does not run, or not with push.conf`;
  if (code === "ECONNREFUSED") return `nobody listens on ${socket}: nginx does not run`;
  if (code === "EACCES") return `this process may not open ${socket}`;
  return `${message} (${socket})`;
}
