import { boundHeap } from "./bound-heap.ts";

/** `certmill edge run`, without loading anything that it does not need. */
export async function runAgent(argv: readonly string[]): Promise<void> {
  // First of all: what a process has loaded before it starts itself anew it has loaded in vain.
  boundHeap("small");
  const { endQuietlyWithoutReader } = await import("./terminal/print.ts");
  endQuietlyWithoutReader();
  try {
    const { runEdge } = await import("./processes.ts");
    await runEdge(argv);
  } catch (error) {
    const { fail } = await import("./fail.ts");
    fail(error, "text");
  }
}
