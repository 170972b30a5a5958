import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { replaceFile, syncDirectory } from "../../install/durable-write.ts";
import { type ListEntry, lineOf, parseLine } from "./list-entry.ts";

/** The first byte of a line says whether it counts: white space or the beginning of a comment. */
const live = " ";
const dead = "#";

const header = `${dead} Written by certmill edge run, which undoes changes made by others.\n`;

/** Where an entry stands in the file, in bytes. */
interface Line {
  readonly entry: ListEntry;
  readonly offset: number;
  readonly length: number;
}

/** Milliseconds in which lines are gathered that go to the disk together: each by itself took as long as all else that is done here for one. */
const gathersFor = 100;

/** Bytes of dead lines that are kept, whatever the live ones are. */
const spareBytes = 65_536;

/**
 * The crt-list that HAProxy reads at each start and reload, in one directory with its PEM files. A line is added at
 * the end as a comment and made to count by one byte, and is ended by one byte: 100,000 lines are not written again
 * for one, and HAProxy, which may read at any moment, finds no half of a line. When most of it is dead lines it is
 * written anew. Not for two at once: its caller does one thing after the other.
 */
export class CrtListFile {
  readonly #path: string;
  readonly #at = new Map<string, Line>();
  /** By lineage; two while its names change. */
  readonly #paths = new Map<string, Set<string>>();
  #size = 0;
  #liveBytes = 0;
  #syncing: Promise<void> | null = null;
  #syncAgain = false;
  #syncFault: Error | null = null;

  private constructor(path: string, entries: readonly ListEntry[]) {
    this.#path = path;
    this.#layOut(entries);
  }

  /**
   * @param isWhole whether HAProxy can load an entry's PEM file: it does not start with one that is missing.
   * @throws the file system's error.
   */
  static async open(path: string, isWhole: (entry: ListEntry) => Promise<boolean>): Promise<CrtListFile> {
    const directory = dirname(path);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const entries = new Map<string, ListEntry>();
    for (const line of text.split("\n")) {
      const entry = line.startsWith(live) ? parseLine(directory, line.slice(1)) : null;
      // Of two lines of a lineage the later one was to replace the other.
      if (entry !== null && (await isWhole(entry))) {
        entries.set(entry.lineageId, entry);
      }
    }
    const file = new CrtListFile(path, [...entries.values()]);
    if (text !== file.#text()) await replaceFile(path, file.#text(), 0o644);
    return file;
  }

  has(path: string): boolean {
    return this.#at.has(path);
  }

  pathsOf(lineageId: string): readonly string[] {
    return [...(this.#paths.get(lineageId) ?? [])];
  }

  entries(): readonly ListEntry[] {
    return [...this.#at.values()].map(({ entry }) => entry);
  }

  /** HAProxy finds it from now on; that it is on disk for certain follows soon. Its PEM file is there. */
  async add(entry: ListEntry): Promise<void> {
    if (this.#at.has(entry.path)) return;
    await this.#mend();
    const text = `${lineOf(entry)}\n`;
    const offset = this.#size;
    const length = Buffer.byteLength(text) + live.length;
    this.#write(offset, dead + text, live);
    this.#keep({ entry, offset, length });
    this.#size += length;
    this.#liveBytes += length;
    this.#syncSoon();
  }

  /** When it returns the disk has it: the entry's PEM file may go. */
  async remove(path: string): Promise<void> {
    await this.#mend();
    const line = this.#at.get(path);
    if (line === undefined) return;
    this.#write(line.offset, dead);
    this.#at.delete(path);
    this.#paths.get(line.entry.lineageId)?.delete(path);
    this.#liveBytes -= line.length;
    if (this.#size > 2 * this.#liveBytes + spareBytes) await this.#rewrite();
    else await this.#sync();
  }

  /** Waits until the disk has everything. */
  async settled(): Promise<void> {
    while (this.#syncing !== null) await this.#syncing;
    this.#throwFault();
  }

  /** Puts right what somebody else has written to the file, or that it is gone. */
  async #mend(): Promise<void> {
    this.#throwFault();
    const found = statSync(this.#path, { throwIfNoEntry: false });
    if (found?.size !== this.#size) await this.#rewrite();
  }

  /** One text after the other, at the same place. */
  #write(at: number, ...texts: readonly string[]): void {
    // At once: the disk gets it later, and until then it is a copy in memory.
    const file = openSync(this.#path, "r+");
    try {
      for (const text of texts) writeSync(file, text, at);
    } finally {
      closeSync(file);
    }
  }

  /** Disk order: a line is not to be found before the PEM file that it names. */
  async #sync(): Promise<void> {
    await syncDirectory(dirname(this.#path));
    await using file = await open(this.#path, "r+");
    await file.sync();
  }

  #syncSoon(): void {
    if (this.#syncing !== null) {
      this.#syncAgain = true;
      return;
    }
    this.#syncing = sleep(gathersFor)
      .then(() => this.#sync())
      .catch((error: Error) => {
        this.#syncFault = error;
      })
      .finally(() => {
        this.#syncing = null;
        if (this.#syncAgain) {
          this.#syncAgain = false;
          this.#syncSoon();
        }
      });
  }

  /** The next one to write is told of what failed after the last one was. */
  #throwFault(): void {
    const fault = this.#syncFault;
    this.#syncFault = null;
    if (fault !== null) throw fault;
  }

  async #rewrite(): Promise<void> {
    this.#layOut(this.entries());
    await replaceFile(this.#path, this.#text(), 0o644);
  }

  #layOut(entries: readonly ListEntry[]): void {
    this.#at.clear();
    this.#paths.clear();
    this.#size = header.length;
    for (const entry of entries) {
      const length = Buffer.byteLength(`${live}${lineOf(entry)}\n`);
      this.#keep({ entry, offset: this.#size, length });
      this.#size += length;
    }
    this.#liveBytes = this.#size - header.length;
  }

  #keep(line: Line): void {
    const { lineageId, path } = line.entry;
    this.#at.set(path, line);
    this.#paths.set(lineageId, (this.#paths.get(lineageId) ?? new Set()).add(path));
  }

  #text(): string {
    return (
      header +
      this.entries()
        .map((entry) => `${live}${lineOf(entry)}\n`)
        .join("")
    );
  }
}
