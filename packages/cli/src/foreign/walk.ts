import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { namesIn, targetOf } from "./files.ts";

/** Deeper than any program nests its accounts. */
const deepest = 8;

/** The folders at or under `root` that have a file of this name, each once though links lead to it twice. */
export async function* foldersWith(root: string, file: string): AsyncGenerator<string> {
  const seen = new Set<string>();
  yield* search(root, 0);

  async function* search(folder: string, depth: number): AsyncGenerator<string> {
    const names = await namesIn(folder);
    const target = await targetOf(folder);
    if (seen.has(target)) return;
    seen.add(target);
    if (names.includes(file)) yield folder;
    if (depth === deepest) return;
    for (const name of names) if (name !== file) yield* search(join(folder, name), depth + 1);
  }
}

export interface WalkedFile {
  readonly path: string;
  /** What kept a folder from being read; null: it is a file. */
  readonly fault: NodeJS.ErrnoException | null;
}

/** Every file under `root`, in order. Links to files are followed, links to folders are not: they may lead anywhere. */
export async function* filesUnder(root: string): AsyncGenerator<WalkedFile> {
  let entries: Awaited<ReturnType<typeof entriesOf>>;
  try {
    entries = await entriesOf(root);
  } catch (error) {
    yield { path: root, fault: error as NodeJS.ErrnoException };
    return;
  }
  for (const entry of entries) {
    const path = join(root, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else if (entry.isFile() || entry.isSymbolicLink()) yield { path, fault: null };
  }
}

const entriesOf = async (folder: string) =>
  (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
