import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

/** Replaces a file in one step: a reader sees the old content or the new one, and a failure leaves the old. */
export async function writeWhole(path: string, content: string, mode: number): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await using file = await open(draft, "wx", mode);
    // The mode of a new file is narrowed by the umask; a set one is not.
    await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
