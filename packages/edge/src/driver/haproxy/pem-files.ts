import { X509Certificate } from "node:crypto";
import { existsSync, linkSync, renameSync, unlinkSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { CertificateRef } from "../../holding/holding.ts";
import { plainSerial } from "../../proof/handshake.ts";

/**
 * The PEM files that the crt-list names. Each is another name of the file that the agent has of a certificate: it takes
 * no room, is whole and on disk before it gets here, is replaced at once, and stays when the agent clears its
 * own versions away.
 */
export class PemFiles {
  readonly #versions: string;
  /** What is there, by path, as far as it was read or written here. */
  readonly #serials = new Map<string, string>();

  /** @param versions the agent's directory, of the layout `combined`. */
  constructor(versions: string) {
    this.#versions = versions;
  }

  /** Null: there is none that HAProxy could load. */
  async serial(path: string): Promise<string | null> {
    const known = this.#serials.get(path);
    if (known !== undefined) return known;
    try {
      const serial = plainSerial(new X509Certificate(await readFile(path)).serialNumber);
      this.#serials.set(path, serial);
      return serial;
    } catch {
      return null;
    }
  }

  /** Without a look into it: a version's file is whole. */
  async isThere(path: string): Promise<boolean> {
    return await stat(path).then(
      ({ size }) => size > 0,
      () => false,
    );
  }

  /** @throws the file system's error; ENOENT when the agent has cleared the certificate away. */
  put(path: string, lineageId: string, ref: CertificateRef): void {
    const serial = plainSerial(ref.serial);
    if (this.#serials.get(path) === serial && existsSync(path)) return;
    const version = join(this.#versions, versionFile(lineageId, ref));
    const temporary = join(dirname(path), `.${basename(path)}.new`);
    // At once: names alone change, and a promise for each step would take longer than all of them.
    try {
      linkSync(version, temporary);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      unlinkSync(temporary);
      linkSync(version, temporary);
    }
    renameSync(temporary, path);
    // link(2): a rename onto another name of the same file does nothing at all.
    if (!this.#serials.has(path)) unlinkIfThere(temporary);
    this.#serials.set(path, serial);
  }

  /** Removes what a run that was killed has left: files of which `isLeft` says so, and unfinished ones. */
  async sweep(directory: string, isLeft: (path: string) => boolean): Promise<void> {
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      if (isLeft(path) || /^\..*\.pem\.new$/.test(name)) await rm(path, { force: true });
    }
  }

  async remove(path: string): Promise<void> {
    await rm(path, { force: true });
    this.#serials.delete(path);
  }
}

/** `rmSync` makes several calls of it, each as long as the link's. */
function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** As CertificateDirectory stores it. */
const versionFile = (lineageId: string, { certificateId, serial }: CertificateRef): string =>
  join(".versions", lineageId, `${certificateId}-${serial}`, "combined.pem");
