import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunningProcess, startProcess } from "../../../tools/peers/start-process.ts";
import { certmillProgram } from "../../../tools/test/certmill-program.ts";
import type { Installation } from "./installation.ts";
import { withoutSecrets } from "./without-secrets.ts";

export interface EdgeAgentOptions {
  /** The edge's name in receipts. */
  readonly name: string;
  /** Where it installs. */
  readonly certificates: string;
  /** A shell command. */
  readonly reload?: string;
  /** The server's address; the installation's by default. */
  readonly server?: string;
  /** The port on which it terminates TLS itself. */
  readonly terminatesTlsOn?: number;
}

/** Starts `certmill edge run` with a token of its own. It has no moment of readiness: watch its files or the server. */
export async function startEdgeAgent(
  { api, directory, mustRun }: Installation,
  { name, certificates, reload, server = api, terminatesTlsOn }: EdgeAgentOptions,
): Promise<RunningProcess> {
  const tokenFile = join(directory, `token-of-${name}`);
  const token = await mustRun("token", "create", "--scope", "edge", "--name", name);
  await writeFile(tokenFile, token, { mode: 0o600 });
  const args = ["--server", server, "--token-file", tokenFile, "--name", name, "--dir", certificates];
  if (reload !== undefined) args.push("--reload", reload);
  if (terminatesTlsOn !== undefined) args.push("--tls-port", String(terminatesTlsOn));
  const agent = await startProcess({
    command: process.execPath,
    args: [certmillProgram, "edge", "run", ...args],
  });
  return withoutSecrets(agent, async () => [token.trim()]);
}
