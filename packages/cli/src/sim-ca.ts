import type { Command } from "commander";
import { withExamples } from "./examples.ts";
import { handOver } from "./hand-over.ts";
import { runSimCa } from "./processes.ts";

export function registerSimCa(sim: Command): void {
  const command = sim.command("ca").description("run an ACME CA to test against; it keeps nothing");
  handOver(command, runSimCa);
  withExamples(
    command,
    "certmill sim ca --port 14000 --root-file root.pem",
    "certmill sim ca --limits letsencrypt --limits zerossl",
  );
}
