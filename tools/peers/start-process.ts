import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Until, until } from "./until.ts";

export interface ProcessRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** Asks the process to end; SIGTERM unless it takes that for something slower. */
  readonly stopSignal?: NodeJS.Signals;
}

export interface RunningProcess extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when the process has ended, whoever ended it. */
  readonly ended: Promise<void>;
  isRunning(): boolean;
  /** The last 64 KiB of what it wrote to stdout and stderr. */
  output(): string;
  signal(signal: NodeJS.Signals): void;
  /** Waits for a sign of life; a process that ends before is an error that shows its output. */
  ready(sign: Until): Promise<void>;
  /** Ends the process: its stop signal, and SIGKILL after 30 s. */
  stop(): Promise<void>;
}

const patience = 30_000;
const mostOutput = 65_536;

/** Starts a child that does not outlive this process's regular end. */
export async function startProcess(request: ProcessRequest): Promise<RunningProcess> {
  const { command, args, cwd, env, uid, gid } = request;
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  const output = tailOf(child);
  await once(child, "spawn");
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} was started without a process id.`);

  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const ended = once(child, "close").then(() => {
    process.removeListener("exit", killAtExit);
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;

  const ready = async (sign: Until) => {
    const probe = () => {
      if (!isRunning()) throw new Error(`${command} ended at once:\n${output()}`);
      return sign.probe();
    };
    await until({ ...sign, probe });
  };
  const stop = async () => {
    if (isRunning()) child.kill(request.stopSignal ?? "SIGTERM");
    const impatient = setTimeout(() => child.kill("SIGKILL"), patience);
    await ended;
    clearTimeout(impatient);
  };
  const signal = (name: NodeJS.Signals) => {
    child.kill(name);
  };
  return { pid, ended, isRunning, output, signal, ready, stop, [Symbol.asyncDispose]: stop };
}

function tailOf(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (piece: string) => {
      text = (text + piece).slice(-mostOutput);
    });
  }
  return () => text;
}
