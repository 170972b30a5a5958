import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { benchPeers, programOf } from "../../tools/peers/peer.ts";

const run = promisify(execFile);

/** Keeps a process, with all its threads and whatever it starts from now on, on one core. */
export async function pinProcess(pid: number, core: number): Promise<void> {
  const args = ["--all-tasks", "--pid", "--cpu-list", String(core), String(pid)];
  await run(programOf(benchPeers.taskset), args, { timeout: 10_000 });
}
