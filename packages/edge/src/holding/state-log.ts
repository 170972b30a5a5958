import { createReadStream } from "node:fs";
import { mkdir, open, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Receipt } from "@certmill/api/edge";
import { syncDirectory } from "../install/durable-write.ts";
import { PackedHoldings } from "./packed-holdings.ts";
import { holdingOf, type StateRecord } from "./state-record.ts";

/** What survives a restart. */
export interface AgentState {
  readonly cursor: string | null;
  readonly lineages: PackedHoldings;
  readonly receipts: readonly Receipt[];
}

export type LoadedState =
  | { readonly kind: "found"; readonly state: AgentState }
  | { readonly kind: "none" }
  /** It was put aside, at `keptAt`; a snapshot makes up for it. */
  | { readonly kind: "unreadable"; readonly keptAt: string };

/**
 * Reads the state that a log amounts to. A last line that is not whole was being written when its writer died: it had not
 * told anybody of it.
 *
 * @throws the file system's error when the file is there but cannot be read.
 */
export async function loadState(path: string): Promise<LoadedState> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (found === null) return { kind: "none" };
  const state = await replay(path);
  if (state !== null) return { kind: "found", state };
  const keptAt = `${path}.unreadable`;
  await rename(path, keptAt);
  return { kind: "unreadable", keptAt };
}

/** Null: it is not one of ours, or is damaged before its end. */
async function replay(path: string): Promise<AgentState | null> {
  const lineages = new PackedHoldings();
  const receipts = new Map<string, Receipt>();
  let cursor: string | null = null;
  let hasHead = false;
  let isTorn = false;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (isTorn) return null;
    const record = parse(line);
    if (record === null) {
      isTorn = true;
      continue;
    }
    if (!hasHead && record.kind !== "head") return null;
    switch (record.kind) {
      case "head":
        if (record.version !== 3) return null;
        hasHead = true;
        break;
      case "lineage":
        lineages.set(holdingOf(record));
        break;
      case "gone":
        lineages.delete(record.lineageId);
        break;
      case "receipt":
        receipts.set(receiptKey(record.receipt), record.receipt);
        break;
      case "sent":
        receipts.delete(receiptKey(record));
        break;
      case "cursor":
        ({ cursor } = record);
    }
  }
  return hasHead ? { cursor, lineages, receipts: [...receipts.values()] } : null;
}

const receiptKey = ({ lineageId, certificateId }: { lineageId: string; certificateId: string }): string =>
  `${lineageId}/${certificateId}`;

/** Within, it is trusted: only this agent writes it. */
function parse(line: string): StateRecord | null {
  try {
    return JSON.parse(line) as StateRecord;
  } catch {
    return null;
  }
}

/** Lines that are written at once. */
const batch = 1_000;

/** Puts a new log in the place of what was there. @returns its length in bytes. */
export async function rewriteLog(path: string, records: Iterable<StateRecord>): Promise<number> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const temporary = `${path}.new`;
  let length = 0;
  {
    await using file = await open(temporary, "w", 0o600);
    await file.chmod(0o600);
    const lines: string[] = [linesOf([{ kind: "head", version: 3 }])];
    const flush = async () => {
      const text = lines.splice(0).join("");
      length += Buffer.byteLength(text);
      await file.writeFile(text);
    };
    for (const record of records) {
      lines.push(linesOf([record]));
      if (lines.length === batch) await flush();
    }
    await flush();
    await file.sync();
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
  return length;
}

/** Adds to a log and waits until the disk has it. @returns how many bytes were added. */
export async function appendToLog(path: string, records: Iterable<StateRecord>): Promise<number> {
  const text = linesOf(records);
  await using file = await open(path, "a", 0o600);
  await file.writeFile(text);
  await file.sync();
  return Buffer.byteLength(text);
}

const linesOf = (records: Iterable<StateRecord>): string =>
  Iterator.from(records)
    .map((record) => `${JSON.stringify(record)}\n`)
    .toArray()
    .join("");
