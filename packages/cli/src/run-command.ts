import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { endWith } from "./exit-code.ts";
import { fail } from "./fail.ts";
import { buildProgram } from "./program.ts";
import { endQuietlyWithoutReader } from "./terminal/print.ts";

/** What the command line says, and how it ended as the exit code. @param args without the program's own name. */
export async function runCommand(args: readonly string[]): Promise<void> {
  endQuietlyWithoutReader();
  let format: "text" | "json" = "text";
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const program = buildProgram(version, args.includes("--json") ? "json" : "text");
  program.hook("preAction", (_, command) => {
    if (command.opts()["json"] === true) format = "json";
  });
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    // What commander throws it has told already.
    if (error instanceof CommanderError) endWith(error.exitCode === 0 ? "ok" : "usage");
    else fail(error, format);
  }
}
