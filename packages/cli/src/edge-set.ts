import { type KeyPolicy, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { keyPolicy, keyPolicyText, warnOfKeyPolicy } from "./key-policy.ts";
import { print, printJson } from "./terminal/print.ts";

interface EdgeSetOptions extends ServerOptions {
  readonly keys: KeyPolicy;
}

export function registerEdgeSet(edge: Command): void {
  const command = edge
    .command("set")
    .description("say which keys the certificates of an edge group have, from the next one on")
    .argument("<group>", "the edge group; one that is new is made")
    .requiredOption("--keys <policy>", "new (for each), keep:N (for N renewals) or shared (one)", keyPolicy)
    .action(setEdgeGroup);
  withExamples(
    withServerOptions(command),
    "certmill edge set default --keys new",
    "certmill edge set paris --keys shared",
  );
}

async function setEdgeGroup(name: string, options: EdgeSetOptions): Promise<void> {
  const client = await connect(options);
  const group = await client.call(operations.setEdgeGroup, {
    params: { name },
    body: { keys: options.keys },
  });
  warnOfKeyPolicy(group.keys, `the edge group ${name}`);
  if (options.json === true) return printJson(group);
  await print(`Edge group ${name}: ${keyPolicyText(group.keys)}.`);
}
