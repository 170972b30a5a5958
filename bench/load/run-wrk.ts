import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { benchPeers, programOf } from "../../tools/peers/peer.ts";

const run = promisify(execFile);
const script = new URL("random-tokens.lua", import.meta.url).pathname;

export interface WrkRequest {
  readonly url: string;
  /** One token a line. */
  readonly tokensFile: string;
  readonly connections: number;
  readonly seconds: number;
}

/**
 * Asks for random tokens as fast as they are answered, from one thread.
 *
 * @returns requests per second. @throws Error when any request failed or was not answered by a 2xx.
 */
export async function runWrk({ url, tokensFile, connections, seconds }: WrkRequest): Promise<number> {
  const load = ["--threads", "1", "--connections", String(connections), "--duration", `${seconds}s`];
  const args = [...load, "--timeout", "5s", "--script", script, url, "--", tokensFile];
  const { stdout } = await run(programOf(benchPeers.wrk), args, { timeout: (seconds + 30) * 1_000 });
  const { requests, microseconds, failed } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as WrkCounts;
  if (failed > 0) throw new Error(`Of ${requests} requests ${failed} failed.`);
  return requests / (microseconds / 1e6);
}

interface WrkCounts {
  readonly requests: number;
  readonly microseconds: number;
  readonly failed: number;
}
