import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs OpenSSL's command line in a directory of its own: the second opinion on what we write and read. */
export class OpenSsl implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), "acme-openssl-"));

  /** @returns what it printed on standard output. */
  run(args: readonly string[], input?: Uint8Array): string {
    return execFileSync("openssl", args, {
      cwd: this.directory,
      encoding: "utf8",
      timeout: 30_000,
      stdio: ["pipe", "pipe", "pipe"],
      ...(input === undefined ? {} : { input }),
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
