import { Readable, Writable } from "node:stream";
import { runCommand } from "../../src/run-command.ts";
import type { CliRequest, CliResult } from "./run-cli.ts";

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `certmill` to its end in this process, one command after the other: to load it anew takes ten times as long as what most
 * commands do. It has streams, environment and exit code of its own. Signals, pipes, closed readers and servers, which end
 * their process, are tested with `startCli`.
 */
export function runCli(args: readonly string[], request: CliRequest = {}): Promise<CliResult> {
  const run = last.then(() => runHere(args, request));
  last = run.catch(() => {});
  return run;
}

async function runHere(args: readonly string[], { env = {}, cwd, input }: CliRequest): Promise<CliResult> {
  const [stdout, stderr] = [new Collector(), new Collector()];
  const { PATH = "" } = process.env;
  using _world = instead({
    stdout,
    stderr,
    stdin: Readable.from(input === undefined ? [] : [Buffer.from(input)], { objectMode: false }),
    // Whoever would start the process anew finds it as it wants it.
    env: { PATH, NODE_OPTIONS: "--max-semi-space-size=8 --max-old-space-size=1024", ...env },
    execve: undefined,
  });
  const directory = process.cwd();
  const exitCode = process.exitCode;
  try {
    if (cwd !== undefined) process.chdir(cwd);
    process.exitCode = 0;
    await runCommand(args);
    return { code: exitCodeNow(), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.exitCode = exitCode;
    process.chdir(directory);
  }
}

const exitCodeNow = (): number => Number(process.exitCode);

class Collector extends Writable {
  readonly #pieces: Buffer[] = [];

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.#pieces.push(piece);
    done();
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString();
  }
}

/** Gives the process other properties until it is disposed. */
function instead(others: Readonly<Record<string, unknown>>): Disposable {
  const own = Object.keys(others).map(
    (name) => [name, Object.getOwnPropertyDescriptor(process, name)] as const,
  );
  for (const [name, value] of Object.entries(others)) {
    Object.defineProperty(process, name, { value, configurable: true, writable: true, enumerable: true });
  }
  return {
    [Symbol.dispose]: () => {
      for (const [name, descriptor] of own) {
        if (descriptor === undefined) Reflect.deleteProperty(process, name);
        else Object.defineProperty(process, name, descriptor);
      }
    },
  };
}
