import { pause } from "../../flow/pause.ts";
import type { DriverOutcome } from "../driver.ts";
import { type ListEntry, lineOf } from "./list-entry.ts";
import {
  type FoundIssuers,
  isLocked,
  readBootId,
  readCertificates,
  readDeletion,
  readInsertion,
  readPaths,
  readPlacement,
  readStart,
  readTrial,
  type ShownCertificate,
} from "./replies.ts";
import type { Answer, Question, RuntimeSocket } from "./runtime-socket.ts";

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
  /** The name of the file that HAProxy has to find the issuers in, as they are not in the payload; null: they are. */
  readonly issuersFile: string | null;
}

/** HAProxy has taken it, and did not find the issuers where they should be: it is to be given them at once. */
export interface WithoutIssuers {
  readonly kind: "without-issuers";
}

/** A running HAProxy. */
export interface HaproxyProcess {
  readonly bootId: string;
  /** Milliseconds since 1970, in whole seconds; null: it does not tell. */
  readonly startedAt: number | null;
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
  async place(
    placement: Placement & { readonly issuersFile: null },
    signal: AbortSignal,
  ): Promise<DriverOutcome>;
  async place(placement: Placement, signal: AbortSignal): Promise<DriverOutcome | WithoutIssuers>;
  async place(
    { entry, payload, serial, issuersFile }: Placement,
    signal: AbortSignal,
  ): Promise<DriverOutcome | WithoutIssuers> {
    const { listPath, bufferSize } = this.#options;
    const { path } = entry;
    // A connection costs as much as the commands on it, so all are said on one: each looks for itself whether the one
    // before it has done its work. Making an entry that is there does nothing, and so does an abort without a
    // transaction: with it, no certificate is committed that another program had in one for this path.
    const opening = openingOf(path, payload);
    const closing = `commit ssl cert ${path};show ssl cert ${path}\n`;
    const adding = `add ssl crt-list ${listPath} <<\n`;
    const line = `${lineOf(entry)}\n\n`;
    const [size, lineSize] = [Buffer.byteLength(opening), Buffer.byteLength(adding + line)];
    if (size >= bufferSize) return { kind: "refused", reason: tooLarge(size, this.#options) };
    if (lineSize >= bufferSize) {
      return { kind: "refused", reason: `its names take ${lineSize} bytes; ${mustStayUnder(bufferSize)}` };
    }
    const hasIssuers = (placed: { readonly issuersFile: string | null }): boolean =>
      issuersFile === null || placed.issuersFile === issuersFile;
    // HAProxy waits for the line that the list gets, and drops the command when none comes.
    const goOn = (heard: string): string | null => {
      const placed = readPlacement(heard, path, serial);
      if (placed.kind === "unread") return null;
      return placed.kind === "unused" && hasIssuers(placed) ? line : "";
    };
    for (let tried = 0; tried < tries; tried += 1) {
      const answer = await this.#ask({ message: `${opening}${closing}${adding}`, goOn, signal });
      if (answer.kind === "cut") return await this.#whyCut(size, signal);
      if (answer.kind === "away") return answer;
      let placed = readPlacement(answer.text, path, serial);
      if (placed.kind === "unread") {
        // HAProxy ends a connection when it has read nothing more by the end of a line.
        const closed = await this.#ask({ message: closing, signal });
        if (closed.kind !== "answered") return unanswered(closed);
        placed = readPlacement(answer.text + closed.text, path, serial);
      }
      if (placed.kind === "refused") return await this.#refused(path, placed.words, signal);
      if (placed.kind === "used") return hasIssuers(placed) ? { kind: "done" } : { kind: "without-issuers" };
      if (placed.kind === "unused") {
        if (!hasIssuers(placed)) return { kind: "without-issuers" };
        const added = placed.rest === "" ? await this.#ask({ message: adding + line, signal }) : null;
        if (added !== null && added.kind !== "answered") return unanswered(added);
        return await this.#inserted(entry, added?.text ?? placed.rest, signal);
      }
      // Somebody left one open that has our certificate in it now: it is not to be committed.
      if (placed.kind === "others") {
        await this.#ask({ message: `abort ssl cert ${placed.path}\n`, signal });
      }
    }
    return { kind: "refused", reason: contended };
  }

  /**
   * What HAProxy would serve after a certificate that it is given without issuers. It is asked of a transaction, which
   * ends at once: nobody is served anything else meanwhile. Null: it does not say.
   */
  async tryBare(
    { entry: { path }, payload, serial }: Pick<Placement, "entry" | "payload" | "serial">,
    signal: AbortSignal,
  ): Promise<FoundIssuers | null> {
    const opening = openingOf(path, payload);
    // One that was made for this, and not one that is in use, can be deleted.
    const closing = `show ssl cert *${path};abort ssl cert ${path};del ssl cert ${path}\n`;
    if (Buffer.byteLength(opening) >= this.#options.bufferSize) return null;
    const answer = await this.#ask({ message: opening + closing, signal });
    if (answer.kind !== "answered") return null;
    const found = readTrial(answer.text, path, serial);
    if (found !== null) return found;
    // HAProxy may have ended the connection when it had read the first line.
    const closed = await this.#ask({ message: closing, signal });
    return closed.kind === "answered" ? readTrial(closed.text, path, serial) : null;
  }

  /** Has HAProxy forget the path; its names are served no more. */
  async drop(path: string, signal: AbortSignal): Promise<DriverOutcome> {
    const { listPath } = this.#options;
    let lines: readonly number[] = [];
    for (let tried = 0; tried < tries; tried += 1) {
      const from = lines.length === 0 ? [path] : lines.map((line) => `${path}:${line}`);
      const commands = from.map((which) => `del ssl crt-list ${listPath} ${which}`);
      const message = `${[...commands, `del ssl cert ${path}`, `show ssl cert ${path}`].join(";")}\n`;
      const answer = await this.#ask({ message, signal });
      if (answer.kind !== "answered") return unanswered(answer);
      const deletion = readDeletion(answer.text);
      if (deletion.kind === "done") return deletion;
      if (deletion.kind === "refused") return { kind: "refused", reason: saysNo(deletion.words) };
      lines = deletion.kind === "several" ? deletion.lines : [];
      if (deletion.kind === "in-transaction")
        await this.#ask({ message: `abort ssl cert ${path}\n`, signal });
    }
    return { kind: "refused", reason: contended };
  }

  /** All paths that HAProxy has certificates by. */
  async paths(signal: AbortSignal): Promise<readonly string[] | null> {
    const answer = await this.#ask({ message: "show ssl cert\n", signal, mostAnswer: mostListing });
    return answer.kind === "answered" ? readPaths(answer.text) : null;
  }

  /** What HAProxy has by each of the paths; null: it does not say. */
  async showAll(paths: readonly string[], signal: AbortSignal): Promise<readonly ShownCertificate[] | null> {
    const shown: ShownCertificate[] = [];
    for (let start = 0; start < paths.length; start += shownAtOnce) {
      const some = paths.slice(start, start + shownAtOnce);
      const message = `${some.map((path) => `show ssl cert ${path}`).join(";")}\n`;
      const answer = await this.#ask({ message, signal, mostAnswer: mostShown });
      if (answer.kind !== "answered") return null;
      shown.push(...readCertificates(answer.text));
    }
    return shown;
  }

  async running(signal: AbortSignal): Promise<({ readonly kind: "up" } & HaproxyProcess) | Away> {
    const answer = await this.#ask({ message: "show info\n", signal });
    if (answer.kind !== "answered") return unanswered(answer);
    const bootId = readBootId(answer.text);
    if (bootId === null) return { kind: "away", reason: "the socket is not HAProxy's" };
    return { kind: "up", bootId, startedAt: readStart(answer.text) };
  }

  /** Leaves HAProxy as it was before: it deletes no certificate that a name leads to. */
  async #refused(path: string, words: string, signal: AbortSignal): Promise<DriverOutcome> {
    if (words.startsWith("Permission denied")) return lacksRight(words);
    const undone = await this.#ask({ message: `abort ssl cert ${path};del ssl cert ${path}\n`, signal });
    return undone.kind === "answered" ? { kind: "refused", reason: saysNo(words) } : unanswered(undone);
  }

  /** @param text the answer to the line that the list was given. */
  async #inserted(entry: ListEntry, text: string, signal: AbortSignal): Promise<DriverOutcome> {
    const insertion = readInsertion(text, entry.path);
    if (insertion.kind === "done") return insertion;
    await this.#ask({ message: `del ssl cert ${entry.path}\n`, signal });
    if (insertion.kind === "refused") return { kind: "refused", reason: saysNo(insertion.words) };
    const { listPath } = this.#options;
    return { kind: "away", reason: `no bind line of HAProxy's configuration has "crt-list ${listPath}"` };
  }

  /** HAProxy ends a connection at once for a command over its buffer; or because it ends itself. */
  async #whyCut(size: number, signal: AbortSignal): Promise<DriverOutcome> {
    const alive = await this.running(signal);
    if (alive.kind === "away") return alive;
    const reason = `HAProxy ended the connection at a command of ${size} bytes; its tune.bufsize is smaller than ${this.#options.bufferSize}`;
    return { kind: "refused", reason };
  }

  /** While one command changes certificates, HAProxy turns others away. That takes milliseconds. */
  async #ask(question: Question): Promise<Answer> {
    for (let wait = 5; ; wait *= 2) {
      const answer = await this.#options.socket.ask(question);
      if (answer.kind !== "answered" || !isLocked(answer.text)) return answer;
      if (wait > longestWait)
        return { kind: "away", reason: "HAProxy's certificates are locked by another command" };
      await pause(wait, question.signal);
    }
  }
}

const openingOf = (path: string, payload: string): string =>
  `abort ssl cert ${path};new ssl cert ${path};set ssl cert ${path} <<\n${payload}\n`;

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
