import { type FileHandle, open, readlink, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Writes a file and waits until the disk has it. It is not yet sure to be found under its name. */
async function writeDurably(path: string, content: string, mode: number): Promise<void> {
  await using file = await open(path, "w", mode);
  await fill(file, { path, content, mode });
}

/** As {@link writeDurably}, where there is no file of that name: one call less where the umask takes nothing away. */
export async function createDurably(path: string, content: string, mode: number): Promise<void> {
  await using file = await open(path, "wx", mode);
  await fill(file, { path, content, mode: (mode & umask) === 0 ? null : mode });
}

/** Asked once: it is the process's own, and changes for nobody. */
const umask = process.umask();

/** @param mode null: it has the right one. */
async function fill(
  file: FileHandle,
  { path, content, mode }: { readonly path: string; readonly content: string; readonly mode: number | null },
): Promise<void> {
  try {
    // The mode given to open is cut by the umask, and ignored for a file that is there.
    if (mode !== null) await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    // An open file does not know its path, and "the disk is full" is of little help without one.
    throw Object.assign(error as Error, { path });
  }
}

/** Waits until the disk has what was created, renamed and removed in a directory. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, "r");
  await directory.sync();
}

/** Puts a file in the place of another at once: a reader sees the old or the new, whole. */
export async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  const temporary = temporaryPath(path);
  await writeDurably(temporary, content, mode);
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** Points a symbolic link elsewhere at once. The caller syncs its directory. */
export async function replaceLink(path: string, target: string): Promise<void> {
  const temporary = temporaryPath(path);
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, path);
}

/** The same where no link is expected: one call instead of four. */
export async function createLink(path: string, target: string): Promise<void> {
  try {
    await symlink(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if ((await linkTarget(path)) !== target) await replaceLink(path, target);
  }
}

/** Removes a link if it is there, and what a crash in {@link replaceLink} may have left of it. */
export async function removeLink(path: string): Promise<void> {
  await rm(temporaryPath(path), { force: true });
  await rm(path, { force: true });
}

/** Where a link points; null: there is no link at this path. */
export async function linkTarget(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch (error) {
    // EINVAL: it is there, but is no link.
    if (["ENOENT", "EINVAL"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

/** Always the same for a path, so that one left by a crash is overwritten. Hidden: proxies skip such names. */
const temporaryPath = (path: string): string => join(dirname(path), `.${basename(path)}.new`);
