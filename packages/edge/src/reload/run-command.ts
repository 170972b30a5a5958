import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

export type CommandOutcome =
  | { readonly kind: "done" }
  /** `reason` is a clause, with the end of what the command printed. */
  | { readonly kind: "failed"; readonly reason: string };

/** Characters of the command's output that are kept: the last ones say what went wrong. */
const keptOutput = 500;

/** Milliseconds that a command has left when the agent is told to stop. */
const graceAtStop = 5_000;

/**
 * Runs a shell command to its end; never throws.
 *
 * @param timeout milliseconds, after which it is killed with everything it started.
 * @param stop when it aborts, the command is given five seconds more.
 */
export async function runCommand(
  command: string,
  timeout: number,
  stop: AbortSignal,
): Promise<CommandOutcome> {
  // A process group of its own: what the shell started is killed with it.
  const child = spawn(command, { shell: true, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-keptOutput);
    });
  }
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const giveUp = (reason: string) => () => {
    killGroup(child.pid);
    resolve(reason);
  };
  const timers = [setTimeout(giveUp(`it took longer than ${timeout / 1_000} s`), timeout)];
  const hurry = () => timers.push(setTimeout(giveUp("the agent was stopped meanwhile"), graceAtStop));
  stop.addEventListener("abort", hurry, { once: true });
  child.once("error", (error) => resolve(error.message));
  child.once("exit", (code, signal) => {
    resolve(code === 0 ? null : signal === null ? `exit code ${code}` : `ended by ${signal}`);
  });
  const closed = once(child, "close").catch(() => undefined);
  const fault = await promise;
  stop.removeEventListener("abort", hurry);
  for (const timer of timers) clearTimeout(timer);
  // What it printed last may still be on its way. A daemon it left behind may hold the output open for ever.
  await Promise.race([closed, sleep(200, undefined, { ref: false })]);
  child.stdout.destroy();
  child.stderr.destroy();
  return fault === null ? { kind: "done" } : { kind: "failed", reason: withOutput(fault, output) };
}

function withOutput(fault: string, output: string): string {
  const text = output.trim().replaceAll(/\s*\n\s*/g, "; ");
  return text === "" ? fault : `${fault}: ${text}`;
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}
