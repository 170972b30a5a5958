import { execFile } from "node:child_process";
import { chmod, mkdtempDisposable, readdir, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export interface TemporaryFilesOptions {
  /** Where Linux has a file system in memory. */
  readonly inMemory?: string;
  /** What is taken where that is missing, small, or mounted so that no program is started from it. */
  readonly elsewhere?: string;
}

/** In bytes. All tests together have under 1 GB there at a time. */
const roomNeeded = 4 * 1024 ** 3;

/**
 * A directory for what tests write, removed with everything in it at the end. It is in memory where there is room: a tenth of all
 * processor time of the server's tests went to a disk's file system, for the hundreds of files of each database.
 */
export async function temporaryFiles({
  inMemory = "/dev/shm",
  elsewhere = tmpdir(),
}: TemporaryFilesOptions = {}): Promise<AsyncDisposable & { readonly path: string }> {
  const parent = (await isFit(inMemory)) ? inMemory : elsewhere;
  await removeLeftovers(parent);
  // A short name: a socket's path has 107 bytes.
  const directory = await mkdtempDisposable(join(parent, `cm-${process.pid}-`));
  // Servers of other users have their files in it.
  await chmod(directory.path, 0o711);
  return directory;
}

async function isFit(directory: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(directory);
    const room = Math.min(bavail * bsize, process.availableMemory());
    return room >= roomNeeded && (await startsPrograms(directory));
  } catch {
    return false;
  }
}

/** Not where it is mounted `noexec`, as in containers. Throws what the file system or the program says. */
async function startsPrograms(directory: string): Promise<boolean> {
  await using own = await mkdtempDisposable(join(directory, `cm-${process.pid}-`));
  const program = join(own.path, "program");
  await writeFile(program, "#!/bin/sh\nexit 0\n", { mode: 0o700 });
  await promisify(execFile)(program);
  return true;
}

/** What runs left that were killed would take memory until the machine is started anew. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /^cm-(\d+)-\w{6}$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
