import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createTwoFilesPatch } from "diff";
import type { Setup, SetupFile } from "./setup.ts";

/**
 * `new`: not there; `same`: as it is to be; `older`: as it was written before; `edited`: somebody changed it, or it
 * was there before anything was written.
 */
export type FileState = "new" | "same" | "older" | "edited";

export interface ComparedFile extends SetupFile {
  readonly state: FileState;
  /** What is there now; null: nothing. */
  readonly present: string | null;
}

/** Digests of all contents that were ever written, by path. */
export type Written = Readonly<Record<string, readonly string[]>>;

export async function compareFiles({ files, recordPath }: Setup): Promise<readonly ComparedFile[]> {
  const written = await readWritten(recordPath);
  return Promise.all(
    files.map(async (file) => {
      const present = await readIfThere(file.path);
      return { ...file, present, state: stateOf(file, present, written[file.path] ?? []) };
    }),
  );
}

function stateOf({ content }: SetupFile, present: string | null, written: readonly string[]): FileState {
  if (present === null) return "new";
  if (present === content) return "same";
  return written.includes(digestOf(present)) ? "older" : "edited";
}

/** What would change in a file, as `diff -u` shows it; empty when nothing would. */
export function fileDiff({ path, present, content }: ComparedFile): string {
  if (present === content) return "";
  const before = present === null ? "/dev/null" : path;
  return createTwoFilesPatch(before, path, present ?? "", content, undefined, undefined, { context: 3 })
    .split("\n")
    .slice(1)
    .join("\n");
}

/** An unreadable record is none: then what is there counts as edited, and is asked about. */
export async function readWritten(path: string): Promise<Written> {
  const text = await readIfThere(path);
  try {
    return text === null ? {} : (JSON.parse(text) as Written);
  } catch {
    return {};
  }
}

export const digestOf = (content: string): string => createHash("sha256").update(content).digest("hex");

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}
