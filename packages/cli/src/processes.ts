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
  await runEdgePart("edgeCommand", argv);
}

/** Sets up a proxy beside the agent; it too reads the rest of the command line itself. */
export const installEdge = (argv: readonly string[]): Promise<void> => runEdgePart("installCommand", argv);

async function runEdgePart(part: "edgeCommand" | "installCommand", argv: readonly string[]): Promise<void> {
  const { EdgeFault, ...parts } = await import("@certmill/edge/main");
  try {
    await parts[part](argv);
  } catch (error) {
    if (!(error instanceof EdgeFault)) throw error;
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
