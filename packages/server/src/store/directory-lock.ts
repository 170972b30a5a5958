/**
 * One process at a time in a data directory: PGlite would damage its files otherwise. The lock is a file
 * with the owner's process id; one left by a dead process is taken over.
 */
import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, realpath, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createWhole } from "../create-whole.ts";

export interface DirectoryLock {
  release(): Promise<void>;
}

export class DirectoryInUse extends Error {
  readonly code = "directory-in-use";
}

/** Locks of this process: one with its own id that is not here is from a process that had the same id. */
const held = new Set<string>();

const attempts = 5;

/** @throws DirectoryInUse. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(await realpath(directory), "lock");
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (await createWhole(path, `${process.pid}\n`)) {
      held.add(path);
      return { release: () => release(path) };
    }
    const owner = await readOwner(path);
    if (owner === null) continue;
    if (isAlive(owner, path)) {
      throw new DirectoryInUse(
        `The data directory ${directory} is in use by process ${owner}. Stop that process, or give this one another directory (CERTMILL_DATA_DIR).`,
      );
    }
    await removeStale(path, owner);
  }
  throw new DirectoryInUse(`The data directory ${directory} is being opened by another process.`);
}

async function release(path: string): Promise<void> {
  await rm(path, { force: true });
  held.delete(path);
}

/** The process id in the lock; null when it is gone by now. NaN for what is none. */
async function readOwner(path: string): Promise<number | null> {
  try {
    return Number(await readFile(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Two that find the same stale lock must not remove the new one of the faster: what was moved is looked at. */
async function removeStale(path: string, stale: number): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString("hex")}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const moved = await readOwner(aside);
  if (!Object.is(moved, stale)) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

function isAlive(pid: number, path: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (pid === process.pid) return held.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
