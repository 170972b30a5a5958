import { execFile } from "node:child_process";
import { certmillProgram } from "../../../tools/test/certmill-program.ts";

/** How a program ended. */
export interface Ended {
  /** `null`: it was killed, by us when it took too long. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds; 120,000 by default. */
  readonly within?: number;
}

/** Runs a program to its end with nothing on its standard input; every exit code is an answer. */
export function runProgram(
  command: string,
  args: readonly string[],
  { env, cwd, within = 120_000 }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = {
      env: { ...process.env, NO_COLOR: "1", ...env },
      timeout: within,
      maxBuffer: 2 ** 26,
      ...(cwd === undefined ? {} : { cwd }),
    };
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      resolve({
        code: error === null ? 0 : typeof error.code === "number" ? error.code : null,
        stdout,
        stderr,
      });
    });
    child.stdin?.end();
  });
}

/** Runs `certmill` to its end. */
export const runCertmill = (args: readonly string[], options?: RunOptions): Promise<Ended> =>
  runProgram(process.execPath, [certmillProgram, ...args], options);
