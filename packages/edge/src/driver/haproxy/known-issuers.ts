import { diskFault } from "../../install/disk-fault.ts";
import type { Log } from "../../log/edge-event.ts";
import { IssuerFiles, type IssuersFile } from "./issuer-files.ts";
import type { ListEntry } from "./list-entry.ts";
import type { HaproxyProcess, RuntimeCertificates } from "./runtime-certificates.ts";

export interface IssuersOptions {
  /** What HAProxy's configuration has after `issuers-chain-path`. */
  readonly directory: string;
  readonly log: Log;
}

/** A running HAProxy, as it is asked what it would find. */
export type TriesBare = Pick<RuntimeCertificates, "tryBare">;

/** A certificate that HAProxy might be given without its issuers. */
export interface BareCertificate {
  readonly entry: ListEntry;
  /** Leaf and key. */
  readonly payload: string;
  readonly serial: string;
  /** What follows the leaf in its chain. */
  readonly issuersPem: string;
}

/**
 * What issuers the running HAProxy has, and finds for a certificate that it is given without them: it need not parse them
 * again, and has them once. For each it is asked once in its life, of a transaction that is not committed; what it is
 * not seen to find, it is given.
 */
export class KnownIssuers {
  readonly #options: IssuersOptions;
  readonly #haproxy: TriesBare;
  #files: IssuerFiles | null = null;
  #process: HaproxyProcess | null = null;
  /** By the file's name, in the life of the process. */
  readonly #isFound = new Map<string, boolean>();
  /** What was warned of, until it is well. */
  readonly #told = new Set<"disk" | "unread">();

  constructor(options: IssuersOptions, haproxy: TriesBare) {
    this.#options = options;
    this.#haproxy = haproxy;
  }

  /** Has the directory in order; without it HAProxy does not start. */
  async open(): Promise<void> {
    await this.#onDisk(async () => undefined);
  }

  /** A new process has read the directory anew. */
  runs(process: HaproxyProcess): void {
    if (process.bootId === this.#process?.bootId) return;
    this.#process = process;
    this.#isFound.clear();
  }

  /** The name of the file in which HAProxy finds the issuers; null: it is to be given them. */
  async foundFor(certificate: BareCertificate, signal: AbortSignal): Promise<string | null> {
    const file = await this.#onDisk((files) => files.fileOf(certificate.issuersPem));
    if (file === null) return null;
    const isFound = this.#isFound.get(file.name) ?? (await this.#ask(file, certificate, signal));
    return isFound ? file.name : null;
  }

  /** It was not found after all, as by another process than was seen last. */
  lost(name: string): void {
    this.#isFound.set(name, false);
  }

  async #ask(file: IssuersFile, certificate: BareCertificate, signal: AbortSignal): Promise<boolean> {
    const found = await this.#haproxy.tryBare(certificate, signal);
    if (found === null) return false;
    const isThere = found.file === file.name;
    // What a failing disk has left of a file begins as the whole does: it is looked at again.
    if (isThere && found.certificates !== file.certificates) return false;
    this.#isFound.set(file.name, isThere);
    if (isThere) this.#told.delete("unread");
    else if (found.file === null) this.#missed(file);
    return isThere;
  }

  /** One that is younger than the process is found by the next. */
  #missed({ writtenAt }: IssuersFile): void {
    const startedAt = this.#process?.startedAt ?? null;
    if (startedAt === null || writtenAt >= startedAt || [...this.#isFound.values()].includes(true)) return;
    const { directory } = this.#options;
    this.#tell(
      "unread",
      `HAProxy knows none of the issuers in ${directory}, and is given each certificate's with it. Its configuration needs "issuers-chain-path ${directory}" under "global", and a reload then`,
    );
  }

  /** Without its files all is as without the option: null. */
  async #onDisk<T>(task: (files: IssuerFiles) => Promise<T>): Promise<T | null> {
    try {
      this.#files ??= await IssuerFiles.open(this.#options.directory);
      const done = await task(this.#files);
      this.#told.delete("disk");
      return done;
    } catch (error) {
      const reason = diskFault(error);
      if (reason === null) throw error;
      this.#tell(
        "disk",
        `HAProxy is given each certificate's issuers with it, as they cannot be kept for it: ${reason}`,
      );
      return null;
    }
  }

  #tell(what: "disk" | "unread", warning: string): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    this.#options.log({ kind: "warning", warning });
  }
}
