import type { Command } from "commander";

const known = new WeakMap<Command, readonly string[]>();

/** Adds examples to a command's help and to the reference page. */
export function withExamples(command: Command, ...examples: readonly [string, ...string[]]): Command {
  known.set(command, examples);
  return command.addHelpText(
    "after",
    ["", examples.length === 1 ? "Example:" : "Examples:", ...examples.map((line) => `  $ ${line}`)].join(
      "\n",
    ),
  );
}

export const examplesOf = (command: Command): readonly string[] => known.get(command) ?? [];
