/**
 * One process at a time in a data directory: PGlite would damage its files otherwise. The lock is a file
 * with the owner's process id; one left by a dead process is taken over.
 */
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

export interface DirectoryLock {
  release(): Promise<void>;
}

export class DirectoryInUse extends Error {
  readonly code = "directory-in-use";
}

export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, "lock");
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, "wx", 0o600);
      await file.writeFile(`${process.pid}\n`);
      await file.close();
      return { release: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const owner = Number(await readFile(path, "utf8"));
      if (isAlive(owner)) {
        throw new DirectoryInUse(
          `The data directory ${directory} is in use by process ${owner}. Stop that process, or give this one another directory (CERTMILL_DATA_DIR).`,
        );
      }
      await rm(path, { force: true });
    }
  }
  throw new DirectoryInUse(`The data directory ${directory} is being opened by another process.`);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
