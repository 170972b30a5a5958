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

/**
 * Locks that this process has or is about to have. One that is not here but has this process's id is from an
 * earlier process that had the same.
 */
const ours = new Set<string>();

const attempts = 5;

/** @throws DirectoryInUse. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(await realpath(directory), "lock");
  if (ours.has(path)) throw inUse(directory, process.pid);
  ours.add(path);
  try {
    await createLock(path, directory);
  } catch (error) {
    ours.delete(path);
    throw error;
  }
  return {
    release: async () => {
      await rm(path, { force: true });
      ours.delete(path);
    },
  };
}

async function createLock(path: string, directory: string): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (await createWhole(path, `${process.pid}\n`)) return;
    const owner = await readOwner(path);
    if (owner === null) continue;
    if (isAlive(owner)) throw inUse(directory, owner);
    await removeDead(path);
  }
  throw new DirectoryInUse(`The data directory ${directory} is being opened by another process.`);
}

const inUse = (directory: string, owner: number): DirectoryInUse =>
  new DirectoryInUse(
    `The data directory ${directory} is in use by process ${owner}. Stop that process, or give this one another directory (CERTMILL_DATA_DIR).`,
  );

/**
 * Removes a dead process's lock. One process at a time looks and removes, behind a second lock: what one has
 * found dead may be gone, and another's living one in its place, by the time it is removed.
 */
async function removeDead(path: string): Promise<void> {
  const guard = `${path}.takeover`;
  if (!(await createWhole(guard, `${process.pid}\n`))) {
    const guardian = await readOwner(guard);
    // Its process died between the two lines below. Nothing but the guard itself can be lost here.
    if (guardian !== null && !isAlive(guardian)) await removeIfStill(guard, guardian);
    return;
  }
  try {
    const owner = await readOwner(path);
    if (owner !== null && !isAlive(owner)) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
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

/** Two that find the same stale guard must not remove the new one of the faster: what was moved is looked at. */
async function removeIfStill(path: string, stale: number): Promise<void> {
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

/** This process's own id is not: a lock that it has stands in `ours`, and is not asked about. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
