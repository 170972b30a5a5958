/**
 * The whole processes that `certmill` can also be, and what it makes for them. They are loaded when they are asked for, so that
 * a client command starts without them.
 */

import { boundHeap } from "./bound-heap.ts";
import { CommandError } from "./command-error.ts";
import type { Ending } from "./exit-code.ts";

interface ServerProcess {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly configFile: string | null;
}

/** Runs the server until it is told to stop. @returns its exit code. */
export async function runServer(process: ServerProcess): Promise<number> {
  const { serve } = await import("@certmill/server/main");
  return serve(process);
}

/** Runs the edge agent, which reads the rest of the command line itself. */
export async function runEdge(argv: readonly string[]): Promise<void> {
  boundHeap("small");
  const { EdgeFault, edgeCommand } = await import("@certmill/edge/main");
  await tellingFaults(EdgeFault, () => edgeCommand(argv));
}

/** Sets up a proxy beside the agent; it too reads the rest of the command line itself. */
export async function installEdge(argv: readonly string[]): Promise<void> {
  const { EdgeFault, installCommand } = await import("@certmill/edge/set-up");
  await tellingFaults(EdgeFault, () => installCommand(argv));
}

/** The class of a package's faults. */
type FaultClass = abstract new (...given: never) => Error & { readonly code: string };

async function tellingFaults(kind: FaultClass, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof kind)) throw error;
    const { code, message } = error;
    const [told = "", ...more] = message.split("\n");
    const hint = more.length === 0 ? {} : { hint: more.join("\n") };
    throw new CommandError(code, told, { ending: edgeEndings[code] ?? "failed", ...hint, cause: error });
  }
}

const edgeEndings: Readonly<Record<string, Ending>> = { usage: "usage", "access-refused": "not-allowed" };

/** Runs the test CA, which reads the rest of the command line itself. */
export async function runSimCa(argv: readonly string[]): Promise<void> {
  const { simCommand } = await import("@certmill/sim/main");
  await simCommand(argv);
}

/** A fresh line for a file of key-encryption keys, line end included. */
export async function makeKeyLine(now: Date): Promise<string> {
  const { newKeyLine } = await import("@certmill/server/keys");
  return newKeyLine(now);
}
