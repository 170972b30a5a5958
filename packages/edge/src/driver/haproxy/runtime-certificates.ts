import { pause } from "../../flow/pause.ts";
import type { DriverOutcome } from "../driver.ts";
import { type ListEntry, lineOf } from "./list-entry.ts";
import {
  isLocked,
  readBootId,
  readCertificates,
  readCommit,
  readDeletion,
  readInsertion,
  readOpening,
  readPaths,
  type ShownCertificate,
} from "./replies.ts";
import type { Answer, RuntimeSocket } from "./runtime-socket.ts";

export interface RuntimeOptions {
  readonly socket: RuntimeSocket;
  /** The crt-list's path, as the configuration has it. */
  readonly listPath: string;
  /** HAProxy's `tune.bufsize`, in bytes: what one command must stay under. */
  readonly bufferSize: number;
}

/** A certificate as HAProxy is to have it. */
export interface Placement {
  readonly entry: ListEntry;
  /** Chain and key without an empty line. */
  readonly payload: string;
  /** Lower-case hex without leading zeros. */
  readonly serial: string;
}

/** Times that something is tried which another program's use of the socket has undone. */
const tries = 5;

/** Paths shown in one question: the questions of others wait that long, a few milliseconds. */
const shownAtOnce = 50;

/** Bytes of an answer: a path is some 100, a certificate's names up to 25,000. */
const mostListing = 64 * 1024 * 1024;
const mostShown = 4 * 1024 * 1024;

/** Milliseconds. */
const longestWait = 1_000;

/**
 * The certificates in a running HAProxy, changed by its runtime socket. HAProxy has one transaction for everybody:
 * while one is open for A, `set ssl cert B` puts B's certificate into it, and the commit installs that as A's. So one
 * call is made at a time here; against other programs, a transaction must be new and ours, and what was committed is
 * read back before a name is led to it.
 */
export class RuntimeCertificates {
  readonly #options: RuntimeOptions;

  constructor(options: RuntimeOptions) {
    this.#options = options;
  }

  /** Has HAProxy serve the certificate for the entry's names. What it refuses leaves what was there before. */
  async place({ entry, payload, serial }: Placement, signal: AbortSignal): Promise<DriverOutcome> {
    const { path } = entry;
    // A connection costs as much as the commands on it, so what can be is asked at once: each command looks for itself
    // whether the one before it has done its work. Making an entry that is there does nothing, and so does an abort
    // without a transaction: with it, no certificate is committed that another program had in one for this path.
    const opening = `abort ssl cert ${path};new ssl cert ${path};set ssl cert ${path} <<\n${payload}\n`;
    const closing = `commit ssl cert ${path};show ssl cert ${path}\n`;
    const size = Buffer.byteLength(opening);
    if (size >= this.#options.bufferSize) return { kind: "refused", reason: tooLarge(size, this.#options) };
    for (let tried = 0; tried < tries; tried += 1) {
      const answer = await this.#ask(`${opening}${closing}`, signal);
      if (answer.kind === "cut") return await this.#whyCut(size, signal);
      if (answer.kind === "away") return answer;
      const opened = readOpening(answer.text);
      if (opened.kind === "refused") return await this.#refused(path, opened.words, signal);
      if (opened.path !== path) {
        // Somebody left one open that has our certificate in it now: it is not to be committed.
        await this.#ask(`abort ssl cert ${opened.path}\n`, signal);
        continue;
      }
      // HAProxy ends a connection when it has read nothing more by the end of a command.
      const closed = opened.rest === "" ? await this.#ask(closing, signal) : null;
      if (closed !== null && closed.kind !== "answered") return unanswered(closed);
      const commit = readCommit(closed === null ? opened.rest : closed.text, path);
      if (commit.kind === "refused") return await this.#refused(path, commit.words, signal);
      if (commit.kind === "not-ours" || commit.serial !== serial) continue;
      return commit.used ? { kind: "done" } : await this.#insert(entry, signal);
    }
    return { kind: "refused", reason: contended };
  }

  /** Has HAProxy forget the path; its names are served no more. */
  async drop(path: string, signal: AbortSignal): Promise<DriverOutcome> {
    const { listPath } = this.#options;
    let lines: readonly number[] = [];
    for (let tried = 0; tried < tries; tried += 1) {
      const from = lines.length === 0 ? [path] : lines.map((line) => `${path}:${line}`);
      const commands = from.map((which) => `del ssl crt-list ${listPath} ${which}`);
      const message = `${[...commands, `del ssl cert ${path}`, `show ssl cert ${path}`].join(";")}\n`;
      const answer = await this.#ask(message, signal);
      if (answer.kind !== "answered") return unanswered(answer);
      const deletion = readDeletion(answer.text);
      if (deletion.kind === "done") return deletion;
      if (deletion.kind === "refused") return { kind: "refused", reason: saysNo(deletion.words) };
      lines = deletion.kind === "several" ? deletion.lines : [];
      if (deletion.kind === "in-transaction") await this.#ask(`abort ssl cert ${path}\n`, signal);
    }
    return { kind: "refused", reason: contended };
  }

  /** All paths that HAProxy has certificates by. */
  async paths(signal: AbortSignal): Promise<readonly string[] | null> {
    const answer = await this.#ask("show ssl cert\n", signal, mostListing);
    return answer.kind === "answered" ? readPaths(answer.text) : null;
  }

  /** What HAProxy has by each of the paths; null: it does not say. */
  async showAll(paths: readonly string[], signal: AbortSignal): Promise<readonly ShownCertificate[] | null> {
    const shown: ShownCertificate[] = [];
    for (let start = 0; start < paths.length; start += shownAtOnce) {
      const some = paths.slice(start, start + shownAtOnce);
      const message = `${some.map((path) => `show ssl cert ${path}`).join(";")}\n`;
      const answer = await this.#ask(message, signal, mostShown);
      if (answer.kind !== "answered") return null;
      shown.push(...readCertificates(answer.text));
    }
    return shown;
  }

  async bootId(signal: AbortSignal): Promise<{ readonly kind: "up"; readonly bootId: string } | Away> {
    const answer = await this.#ask("show info\n", signal);
    if (answer.kind !== "answered") return unanswered(answer);
    const bootId = readBootId(answer.text);
    return bootId === null ? { kind: "away", reason: "the socket is not HAProxy's" } : { kind: "up", bootId };
  }

  /** Leaves HAProxy as it was before: it deletes no certificate that a name leads to. */
  async #refused(path: string, words: string, signal: AbortSignal): Promise<DriverOutcome> {
    if (words.startsWith("Permission denied")) return lacksRight(words);
    const undone = await this.#ask(`abort ssl cert ${path};del ssl cert ${path}\n`, signal);
    return undone.kind === "answered" ? { kind: "refused", reason: saysNo(words) } : unanswered(undone);
  }

  async #insert(entry: ListEntry, signal: AbortSignal): Promise<DriverOutcome> {
    const { listPath, bufferSize } = this.#options;
    const message = `add ssl crt-list ${listPath} <<\n${lineOf(entry)}\n\n`;
    const size = Buffer.byteLength(message);
    if (size >= bufferSize) {
      return { kind: "refused", reason: `its names take ${size} bytes; ${mustStayUnder(bufferSize)}` };
    }
    const answer = await this.#ask(message, signal);
    if (answer.kind === "cut") return await this.#whyCut(size, signal);
    if (answer.kind === "away") return answer;
    const insertion = readInsertion(answer.text, entry.path);
    if (insertion.kind === "done") return insertion;
    await this.#ask(`del ssl cert ${entry.path}\n`, signal);
    if (insertion.kind === "refused") return { kind: "refused", reason: saysNo(insertion.words) };
    return { kind: "away", reason: `no bind line of HAProxy's configuration has "crt-list ${listPath}"` };
  }

  /** HAProxy ends a connection at once for a command over its buffer; or because it ends itself. */
  async #whyCut(size: number, signal: AbortSignal): Promise<DriverOutcome> {
    const alive = await this.bootId(signal);
    if (alive.kind === "away") return alive;
    const reason = `HAProxy ended the connection at a command of ${size} bytes; its tune.bufsize is smaller than ${this.#options.bufferSize}`;
    return { kind: "refused", reason };
  }

  /** While one command changes certificates, HAProxy turns others away. That takes milliseconds. */
  async #ask(message: string, signal: AbortSignal, mostAnswer?: number): Promise<Answer> {
    const question = { message, signal, ...(mostAnswer === undefined ? {} : { mostAnswer }) };
    for (let wait = 5; ; wait *= 2) {
      const answer = await this.#options.socket.ask(question);
      if (answer.kind !== "answered" || !isLocked(answer.text)) return answer;
      if (wait > longestWait)
        return { kind: "away", reason: "HAProxy's certificates are locked by another command" };
      await pause(wait, signal);
    }
  }
}

interface Away {
  readonly kind: "away";
  readonly reason: string;
}

const unanswered = (answer: Exclude<Answer, { kind: "answered" }>): Away =>
  answer.kind === "away"
    ? answer
    : { kind: "away", reason: "HAProxy ended the connection without an answer" };

const saysNo = (words: string): string => `HAProxy says: ${words}`;

const lacksRight = (words: string): Away => ({
  kind: "away",
  reason: `HAProxy says "${words}"; its stats socket needs "level admin"`,
});

const contended =
  "another program changes certificates by the same socket of HAProxy at the same time, and undid this";

const mustStayUnder = (bufferSize: number): string =>
  `HAProxy takes commands under ${bufferSize} bytes (tune.bufsize)`;

const tooLarge = (size: number, { bufferSize }: RuntimeOptions): string =>
  `chain and key are a command of ${size} bytes; ${mustStayUnder(bufferSize)}`;
