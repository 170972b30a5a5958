import { closeSync, fchmodSync, openSync, writeFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Writes a file and waits until the disk has it. It is not yet sure to be found under its name. */
async function writeDurably(path: string, content: string, mode: number): Promise<void> {
  await using file = await open(path, "w", mode);
  try {
    // The mode given to open is cut by the umask, and ignored for a file that is there.
    await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    throw withPath(error, path);
  }
}

/**
 * A new file with its content, still open, so that the disk can be waited for. At once: it is a copy in memory until then, and a promise
 * for each step costs many times the steps.
 *
 * @throws the file system's error; EEXIST where there is one of that name.
 */
export function createFile(path: string, content: string, mode: number): number {
  const file = openSync(path, "wx", mode);
  try {
    if ((mode & umask) !== 0) fchmodSync(file, mode);
    writeFileSync(file, content);
    return file;
  } catch (error) {
    closeSync(file);
    throw withPath(error, path);
  }
}

/** An open file does not know its path, and "the disk is full" is of little help without one. */
const withPath = (error: unknown, path: string): Error => Object.assign(error as Error, { path });

/** Asked once: it is the process's own, and changes for nobody. */
const umask = process.umask();

/** Waits until the disk has what was created, renamed and removed in a directory. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, "r");
  await directory.sync();
}

/** Puts a file in the place of another at once: a reader sees the old or the new, whole. */
export async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  const temporary = hiddenBeside(path);
  await writeDurably(temporary, content, mode);
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** Always the same for a path, so that one left by a crash is overwritten. Hidden: proxies skip such names. */
export const hiddenBeside = (path: string): string => join(dirname(path), `.${basename(path)}.new`);
