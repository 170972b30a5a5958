/**
 * The command line. The agent beside a proxy, which has to be there soon and take little memory, does without the other
 * commands: they are not loaded for it.
 */
import { boundHeap } from "./bound-heap.ts";

/** Commands that may come to hold much. */
const large = new Set(["serve", "domain import", "campaign create"]);

const args = process.argv.slice(2);
const [first = "", second, ...rest] = args;
// First of all: what a process has loaded before it starts itself anew it has loaded in vain.
if (large.has(first) || large.has(`${first} ${second}`)) boundHeap();
if (first === "edge" && second === "run") {
  const { runAgent } = await import("./run-agent.ts");
  await runAgent(rest);
} else {
  const { runCommand } = await import("./run-command.ts");
  await runCommand(args);
}
