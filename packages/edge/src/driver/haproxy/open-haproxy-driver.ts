import { join } from "node:path";
import { EdgeFault } from "../../edge-fault.ts";
import { OneAtATime } from "../../flow/one-at-a-time.ts";
import type { KeyPair } from "../../install/check-key-pair.ts";
import { diskFault } from "../../install/disk-fault.ts";
import { plainSerial } from "../../proof/handshake.ts";
import type { Delivery, Driver, DriverOutcome, ProxyHealth, Removal } from "../driver.ts";
import { CrtListFile } from "./crt-list-file.ts";
import { type IssuersOptions, KnownIssuers } from "./known-issuers.ts";
import { entryOf, type ListEntry, lineageOf } from "./list-entry.ts";
import { PemFiles } from "./pem-files.ts";
import { issuersOf, leafPayload, pemPayload } from "./pem-payload.ts";
import { RuntimeCertificates } from "./runtime-certificates.ts";
import { RuntimeSocket } from "./runtime-socket.ts";

export interface HaproxyOptions {
  /** HAProxy's stats socket with `level admin`. */
  readonly socket: string;
  /** The agent's directory, of the layout `combined`. The driver's own one is `haproxy` in it. */
  readonly directory: string;
  /** HAProxy's `tune.bufsize`, in bytes; 16384, as HAProxy has it, by default. */
  readonly bufferSize?: number;
  /** Milliseconds for one command; 10,000 by default. */
  readonly deadline?: number;
  /** Where HAProxy finds issuers by itself; by default it is given them with each certificate. */
  readonly issuers?: IssuersOptions;
}

/** Where `certmill edge install` has issuers in an agent's directory, and HAProxy's `issuers-chain-path` then. */
export const issuersPath = (directory: string): string => join(directory, "haproxy", "issuers");

/** What a bind line of HAProxy's configuration names after `crt-list`, for an agent with that directory. */
export const crtListPath = (directory: string): string => join(directory, "haproxy", "crt-list");

/**
 * HAProxy 2.6 or newer: certificates go into the running process by its runtime socket, and what it is to find at its
 * next start into a crt-list with PEM files. Only what HAProxy has taken gets there: one file that it does not take
 * would keep it from starting. Files are mended at the first call, HAProxy running or not.
 *
 * @throws {EdgeFault} `usage`, when HAProxy could not be told the directory: in its commands a blank ends a word.
 */
export function openHaproxyDriver(options: HaproxyOptions): Driver {
  if (!/^\/[\w./@+-]+$/.test(options.directory)) {
    throw new EdgeFault(
      "usage",
      `HAProxy's runtime commands cannot name ${JSON.stringify(options.directory)}: choose a --dir of letters, digits and ._@+-/ only.`,
    );
  }
  return new HaproxyDriver(options);
}

class HaproxyDriver implements Driver {
  readonly #directory: string;
  readonly #runtime: RuntimeCertificates;
  readonly #issuers: KnownIssuers | null;
  readonly #pems: PemFiles;
  readonly #turn = new OneAtATime();
  #crtList: CrtListFile | null = null;
  /** Paths that HAProxy may have although they are not in the crt-list, by lineage. */
  #strays = new Map<string, Set<string>>();

  constructor({ socket, directory, bufferSize = 16_384, deadline = 10_000, issuers }: HaproxyOptions) {
    this.#directory = join(directory, "haproxy");
    this.#pems = new PemFiles(directory);
    this.#runtime = new RuntimeCertificates({
      socket: new RuntimeSocket(socket, deadline),
      listPath: crtListPath(directory),
      bufferSize,
    });
    this.#issuers = issuers === undefined ? null : new KnownIssuers(issuers, this.#runtime);
  }

  load(all: AsyncIterable<Delivery>, signal: AbortSignal): Promise<DriverOutcome> {
    return this.#alone((list) => this.#load(list, all, signal)).catch(refusedByDisk);
  }

  put(delivery: Delivery, signal: AbortSignal): Promise<DriverOutcome> {
    return this.#alone((list) => this.#put(list, delivery, signal)).catch(refusedByDisk);
  }

  remove({ lineageId, names }: Removal, signal: AbortSignal): Promise<DriverOutcome> {
    // A run that was killed may have brought it into HAProxy, and no further.
    const unlisted = entryOf(this.#directory, lineageId, names);
    if (unlisted !== null) this.#strayed(lineageId, unlisted.path);
    return this.#alone((list) => this.#retire(list, this.#pathsOf(list, lineageId), signal)).catch(
      refusedByDisk,
    );
  }

  /**
   * A lineage with an empty serial, which no certificate has: HAProxy has something of it, and would not find the
   * same at its next start. Put again, it does.
   */
  async list(signal: AbortSignal): Promise<ReadonlyMap<string, string> | null> {
    const paths = await this.#turn.run(() => this.#runtime.paths(signal));
    if (paths === null) return null;
    const serials = new Map<string, string>();
    this.#strays = new Map();
    const ours = paths.filter((path) => lineageOf(this.#directory, path) !== null);
    for (let start = 0; start < ours.length; start += lookedAtOnce) {
      const some = ours.slice(start, start + lookedAtOnce);
      // A turn for each: what is to be served at once goes in between.
      const found = await this.#alone((list) => this.#look(list, some, signal)).catch(nothingByDisk);
      if (found === null) return null;
      for (const [lineageId, serial] of found) serials.set(lineageId, serial);
    }
    return serials;
  }

  async health(signal: AbortSignal): Promise<ProxyHealth> {
    return await this.#alone(() => this.#lookAtProcess(signal)).catch(awayByDisk);
  }

  /** One thing after the other, with the crt-list in order. Throws what the disk does not take. */
  #alone<T>(task: (list: CrtListFile) => Promise<T>): Promise<T> {
    return this.#turn.run(async () => {
      this.#crtList ??= await this.#open();
      return await task(this.#crtList);
    });
  }

  async #lookAtProcess(signal: AbortSignal): Promise<ProxyHealth> {
    const running = await this.#runtime.running(signal);
    if (running.kind === "away") return running;
    this.#issuers?.runs(running);
    return { kind: "up", bootId: running.bootId };
  }

  async #open(): Promise<CrtListFile> {
    const list = await CrtListFile.open(join(this.#directory, "crt-list"), ({ path }) =>
      this.#pems.isThere(path),
    );
    await this.#issuers?.open();
    // What else an operator keeps there is left alone.
    const isLeft = (path: string) => lineageOf(this.#directory, path) !== null && !list.has(path);
    await this.#pems.sweep(this.#directory, isLeft);
    return list;
  }

  #pathsOf(list: CrtListFile, lineageId: string): readonly string[] {
    return [...new Set([...list.pathsOf(lineageId), ...(this.#strays.get(lineageId) ?? [])])];
  }

  #strayed(lineageId: string, path: string): void {
    this.#strays.set(lineageId, (this.#strays.get(lineageId) ?? new Set()).add(path));
  }

  async #load(list: CrtListFile, all: AsyncIterable<Delivery>, signal: AbortSignal): Promise<DriverOutcome> {
    const given = new Set<string>();
    const refused: string[] = [];
    for await (const delivery of all) {
      given.add(delivery.lineageId);
      const outcome = await this.#put(list, delivery, signal);
      if (outcome.kind === "away") return outcome;
      if (outcome.kind === "refused") refused.push(`lineage ${delivery.lineageId}: ${outcome.reason}`);
    }
    const gone = list.entries().filter(({ lineageId }) => !given.has(lineageId));
    const outcome = await this.#retire(
      list,
      gone.map(({ path }) => path),
      signal,
    );
    if (refused.length === 0) return outcome;
    return { kind: "refused", reason: `${refused.length} of ${given.size}; first ${refused[0]}` };
  }

  async #put(
    list: CrtListFile,
    { lineageId, names, ref, pair }: Delivery,
    signal: AbortSignal,
  ): Promise<DriverOutcome> {
    const entry = entryOf(this.#directory, lineageId, names);
    if (entry === null) return { kind: "refused", reason: addressesOnly };
    const placed = await this.#place(entry, plainSerial(ref.serial), pair, signal);
    if (placed.kind !== "done") return placed;
    this.#pems.put(entry.path, lineageId, ref);
    await list.add(entry);
    this.#strays.get(lineageId)?.delete(entry.path);
    const former = this.#pathsOf(list, lineageId).filter((path) => path !== entry.path);
    return await this.#retire(list, former, signal);
  }

  /** Without its issuers where HAProxy is known to find them; the file that it loads at its next start has them always. */
  async #place(entry: ListEntry, serial: string, pair: KeyPair, signal: AbortSignal): Promise<DriverOutcome> {
    if (this.#issuers !== null) {
      const bare = { entry, serial, payload: leafPayload(pair) };
      const issuersPem = issuersOf(pair.chainPem);
      const issuersFile = await this.#issuers.foundFor({ ...bare, issuersPem }, signal);
      if (issuersFile !== null) {
        const placed = await this.#runtime.place({ ...bare, issuersFile }, signal);
        if (placed.kind !== "without-issuers") return placed;
        this.#issuers.lost(issuersFile);
      }
    }
    return await this.#runtime.place({ entry, serial, payload: pemPayload(pair), issuersFile: null }, signal);
  }

  /** The crt-list first: with a line whose file is gone HAProxy would not start. */
  async #retire(list: CrtListFile, paths: readonly string[], signal: AbortSignal): Promise<DriverOutcome> {
    for (const path of paths) {
      await list.remove(path);
      const lineageId = lineageOf(this.#directory, path) ?? "";
      this.#strayed(lineageId, path);
      const outcome = await this.#runtime.drop(path, signal);
      if (outcome.kind !== "done") return outcome;
      this.#strays.get(lineageId)?.delete(path);
      await this.#pems.remove(path);
    }
    return { kind: "done" };
  }

  /** Serials by lineage of what HAProxy has by these paths. Of a change of names that a crash cut short, what is left goes. */
  async #look(
    list: CrtListFile,
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string> | null> {
    const shown = await this.#runtime.showAll(paths, signal);
    if (shown === null) return null;
    const serials = new Map<string, string>();
    for (const certificate of shown) {
      if (certificate.kind !== "present") continue;
      const { path, serial, used } = certificate;
      const lineageId = lineageOf(this.#directory, path);
      if (lineageId === null) continue;
      if (list.has(path)) {
        const same = used && serial !== null && (await this.#pems.serial(path)) === serial;
        serials.set(lineageId, same ? serial : "");
      } else if (list.pathsOf(lineageId).length > 0) {
        await this.#retire(list, [path], signal);
      } else {
        serials.set(lineageId, "");
        this.#strayed(lineageId, path);
      }
    }
    return serials;
  }
}

/** Paths looked at in one turn. */
const lookedAtOnce = 50;

const addressesOnly =
  "HAProxy chooses certificates by SNI, in which there are no IP addresses: make it the default one of a bind line by hand";

function refusedByDisk(error: unknown): DriverOutcome {
  return { kind: "refused", reason: diskReason(error) };
}

function awayByDisk(error: unknown): ProxyHealth {
  return { kind: "away", reason: diskReason(error) };
}

function nothingByDisk(error: unknown): null {
  diskReason(error);
  return null;
}

/** @throws what is no fault of the disk. */
function diskReason(error: unknown): string {
  const reason = diskFault(error);
  if (reason === null) throw error;
  return reason;
}
