import { readFile } from "node:fs/promises";
import { EdgeFault } from "../../edge-fault.ts";

/**
 * A secret that stands in a path: what is in the file, without the white space around it.
 *
 * @throws {EdgeFault} `usage`, when it cannot be read or could not stand there.
 */
export async function readSecret(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new EdgeFault("usage", `${path} cannot be read (${error.code}).`, { cause: error });
  });
  const secret = text.trim();
  if (/^[\w-]{16,200}$/.test(secret)) return secret;
  throw new EdgeFault(
    "usage",
    `${path} must hold 16 to 200 letters, digits, hyphens and underscores, for example what \`openssl rand -hex 16\` prints.`,
  );
}
