import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { certmillProgram } from "../../../../tools/test/certmill-program.ts";

const deadline = 50_000;

export interface CliRequest {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `certmill` as a process of its own, with nothing of this process's environment that it would read. */
export function startCli(args: readonly string[], request: CliRequest = {}): ChildProcessWithoutNullStreams {
  const { PATH = "", NODE_COMPILE_CACHE: compiled } = process.env;
  return spawn(process.execPath, [certmillProgram, ...args], {
    env: {
      PATH,
      NODE_NO_WARNINGS: "1",
      ...(compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled }),
      ...request.env,
    },
    timeout: deadline,
    killSignal: "SIGKILL",
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
  });
}

/** What a started `certmill` ends with. */
export async function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<CliResult> {
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, "close"),
  ]);
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** The documents of a `--json` output, one a line. */
export const jsonLines = (text: string): unknown[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
