import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";

/**
 * Replaces a file in one step: a reader sees the old content or the new one, and a failure leaves the old. The
 * file keeps its owner, so that who could read it still can.
 */
export async function writeWhole(path: string, content: string, mode: number): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await using file = await open(draft, "wx", mode);
    // The mode of a new file is narrowed by the umask; a set one is not.
    await file.chmod(mode);
    await takeOwner(file, path);
    await file.writeFile(content);
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function takeOwner(file: FileHandle, path: string): Promise<void> {
  const [ours, theirs] = await Promise.all([file.stat(), stat(path).catch(() => null)]);
  if (theirs === null || (ours.uid === theirs.uid && ours.gid === theirs.gid)) return;
  await file.chown(theirs.uid, theirs.gid);
}
