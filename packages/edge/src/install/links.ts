import { readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { hiddenBeside } from "./durable-write.ts";

/**
 * Symbolic links, each operation at once: they change names in memory, which the caller has the disk take. What looks at one and then
 * changes it is not interrupted.
 */

/** Points a link elsewhere: a reader finds the old or the new. */
export function replaceLink(path: string, target: string): void {
  const temporary = hiddenBeside(path);
  rmSync(temporary, { force: true });
  symlinkSync(target, temporary);
  renameSync(temporary, path);
}

/** The same where no link is expected: one call instead of four. */
export function createLink(path: string, target: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (linkTarget(path) !== target) replaceLink(path, target);
  }
}

/** Removes a link if it is there, and what a crash in {@link replaceLink} may have left of it. */
export function removeLink(path: string): void {
  rmSync(hiddenBeside(path), { force: true });
  rmSync(path, { force: true });
}

/** Where a link points; null: there is no link at this path. */
export function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    // EINVAL: it is there, but is no link.
    if (["ENOENT", "EINVAL"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}
