import { connect } from "node:net";

export type Answer =
  | { readonly kind: "answered"; readonly text: string }
  /** HAProxy ended the connection without a word: so it does with what is too large for it. */
  | { readonly kind: "cut" }
  /** `reason` is a clause. */
  | { readonly kind: "away"; readonly reason: string };

export interface Question {
  /**
   * Lines of commands joined by `;`; only a line's last may have a payload, which ends with an empty line. HAProxy may end
   * the connection after any line: it waits for none that is not there yet.
   */
  readonly message: string;
  /** What to go on with, where the message ends in the middle of a command; null: too little was said yet. It is said once. */
  readonly goOn?: (heard: string) => string | null;
  readonly signal: AbortSignal;
  /** Bytes of the answer at most; 64 KiB by default. */
  readonly mostAnswer?: number;
}

/** HAProxy's runtime socket ("stats socket"; management guide, section 9.3), a connection for each question. */
export class RuntimeSocket {
  readonly #path: string;
  readonly #deadline: number;

  /** @param deadline milliseconds for one question. */
  constructor(path: string, deadline: number) {
    this.#path = path;
    this.#deadline = deadline;
  }

  /** Never throws. What was asked may have been done although there is no answer. */
  async ask({ message, goOn, signal, mostAnswer = 65_536 }: Question): Promise<Answer> {
    if (signal.aborted) return stopped;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const pieces: Buffer[] = [];
    let size = 0;
    const socket = connect(this.#path);
    const timer = setTimeout(() => {
      resolve({ kind: "away", reason: `HAProxy did not answer within ${this.#deadline / 1_000} s` });
    }, this.#deadline);
    const onAbort = () => resolve(stopped);
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("connect", () => socket.write(message));
    let further = goOn;
    socket.on("data", (piece) => {
      pieces.push(piece);
      const said = further?.(Buffer.concat(pieces).toString("utf8")) ?? null;
      if (said !== null) {
        further = undefined;
        socket.end(said);
      }
      size += piece.length;
      if (size > mostAnswer)
        resolve({ kind: "away", reason: `HAProxy's answer is over ${mostAnswer} bytes` });
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      // A reset is how a connection ends with something left on it that HAProxy has not read.
      if (pieces.length === 0 || !isCut(error)) resolve(this.#failure(error));
    });
    socket.once("close", () => {
      const text = Buffer.concat(pieces).toString("utf8");
      resolve(text === "" ? { kind: "cut" } : { kind: "answered", text });
    });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
    }
  }

  #failure(error: NodeJS.ErrnoException): Answer {
    if (isCut(error)) return { kind: "cut" };
    const { code = "", message } = error;
    const reason = {
      ENOENT: "there is no such socket; HAProxy does not run, or its stats socket is elsewhere",
      ECONNREFUSED: "nothing listens there; HAProxy does not run",
      EACCES: "this process may not use it; add its user to the socket's group",
    }[code];
    return { kind: "away", reason: `${this.#path}: ${reason ?? message}` };
  }
}

const isCut = ({ code }: NodeJS.ErrnoException): boolean => code === "ECONNRESET" || code === "EPIPE";

const stopped: Answer = { kind: "away", reason: "the agent was stopped meanwhile" };
