#!/usr/bin/env node
/**
 * The command line. The agent beside a proxy, which has to be there soon and take little memory, does without the other
 * commands: they are not loaded for it.
 */
import { keepCompiled } from "./keep-compiled.ts";

keepCompiled();
const args = process.argv.slice(2);
const [first, second, ...rest] = args;
if (first === "edge" && second === "run") {
  const { runAgent } = await import("./run-agent.ts");
  await runAgent(rest);
} else {
  const { runCommand } = await import("./run-command.ts");
  await runCommand(args);
}
