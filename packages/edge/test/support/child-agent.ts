import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EdgeServer } from "./edge-server.ts";

export interface ChildAgentOptions {
  /** For `certmill edge run`, beside what every agent needs. */
  readonly argv?: readonly string[];
  /** Options of Node, such as a hook to import. */
  readonly nodeOptions?: readonly string[];
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The agent in a process of its own. Disposing of it kills it. */
export class ChildAgent implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly ending: Promise<Ending>;
  /** All that it wrote on standard error. */
  log = "";
  output = "";

  constructor(
    server: EdgeServer,
    directory: string,
    { argv = [], nodeOptions = [] }: ChildAgentOptions = {},
  ) {
    const tokenFile = `${directory}.token`;
    writeFileSync(tokenFile, `${server.token}\n`);
    const program = fileURLToPath(new URL("agent-process.ts", import.meta.url));
    const needed = [
      "--server",
      server.url,
      "--token-file",
      tokenFile,
      "--dir",
      directory,
      "--name",
      "edge-1",
    ];
    this.#child = spawn(process.execPath, [...nodeOptions, program, ...needed, ...argv], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
    });
    this.ending = once(this.#child, "close").then(([code, signal]) => ({ code, signal }));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.ending;
  }
}
