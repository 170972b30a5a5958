import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { EdgeFault } from "../edge-fault.ts";

const run = promisify(execFile);

/** A certificate signed by its own fresh P-256 key, for ten years and for no name. */
export interface SelfSigned {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/**
 * Made by the openssl command, which every server with TLS has.
 *
 * @throws {EdgeFault} `program-missing`
 */
export async function selfSigned(): Promise<SelfSigned> {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "-"];
  const args = ["req", "-x509", ...key, "-days", "3650", "-subj", "/CN=certmill fallback", "-out", "-"];
  try {
    const { stdout } = await run("openssl", args, { timeout: 30_000 });
    const at = stdout.indexOf("-----BEGIN CERTIFICATE-----");
    return { certificatePem: stdout.slice(at), keyPem: stdout.slice(0, at) };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    const message =
      "The openssl command is missing, which makes the fallback certificate. Run: apt-get install openssl";
    throw new EdgeFault("program-missing", message, { cause });
  }
}
