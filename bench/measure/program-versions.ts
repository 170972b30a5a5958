import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Peer, programOf } from "../../tools/peers/peer.ts";

const run = promisify(execFile);

/** Of what every bench runs: Certmill, by its commit, and Node. */
export async function programVersions(): Promise<Readonly<Record<string, string>>> {
  return { certmill: await describeCommit(), node: process.versions.node };
}

/** The first version number in what a peer says of itself. */
export async function peerVersion(peer: Peer, option = "-v"): Promise<string> {
  // wrk says its version with a usage text and exit code 1.
  const { stdout, stderr } = await run(programOf(peer), [option], { timeout: 10_000 }).catch(
    (error: { stdout?: string; stderr?: string }) => ({
      stdout: error.stdout ?? "",
      stderr: error.stderr ?? "",
    }),
  );
  return /\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? "of an unknown version";
}

/** The checked-out commit, with a word when files differ from it. */
async function describeCommit(): Promise<string> {
  try {
    const args = ["describe", "--always", "--dirty= with changes", "--exclude=*"];
    return (await run("git", args, { cwd: import.meta.dirname, timeout: 10_000 })).stdout.trim();
  } catch {
    return "of no commit";
  }
}
