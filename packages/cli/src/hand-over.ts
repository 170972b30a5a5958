import type { Command } from "commander";

/** Leaves all that follows a command, its `--help` too, to a process that reads its command line itself. */
export function handOver(command: Command, run: (argv: readonly string[]) => Promise<void>): void {
  command
    .argument("[options...]", "see its --help")
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action((argv: readonly string[]) => run(argv));
}
