import { type KeyPolicy, operations } from "@certmill/api";
import type { Command } from "commander";
import { badInput } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { keptDays, keptText, keyPolicy, keyPolicyText, warnOfKeyPolicy } from "./key-policy.ts";
import { print, printJson } from "./terminal/print.ts";

interface EdgeSetOptions extends ServerOptions {
  readonly keys?: KeyPolicy;
  readonly keysKept?: number | null;
}

export function registerEdgeSet(edge: Command): void {
  const command = edge
    .command("set")
    .description(
      "say which keys the certificates of an edge group have, from the next one on, and how long keys are kept",
    )
    .argument("<group>", "the edge group; one that is new is made")
    .option("--keys <policy>", "new (for each), keep:N (for N renewals) or shared (one)", keyPolicy)
    .option("--keys-kept <days>", "how long a key that nothing uses is kept, or default", keptDays("default"))
    .action(setEdgeGroup);
  withExamples(
    withServerOptions(command),
    "certmill edge set default --keys new",
    "certmill edge set paris --keys shared",
    "certmill edge set paris --keys-kept 7",
  );
}

async function setEdgeGroup(name: string, options: EdgeSetOptions): Promise<void> {
  const { keys, keysKept } = options;
  if (keys === undefined && keysKept === undefined) throw badInput("Say which keys: --keys, or --keys-kept.");
  const client = await connect(options);
  const group = await client.call(operations.setEdgeGroup, {
    params: { name },
    body: {
      ...(keys === undefined ? {} : { keys }),
      ...(keysKept === undefined ? {} : { keysKeptDays: keysKept }),
    },
  });
  if (keys !== undefined) warnOfKeyPolicy(keys, `the edge group ${name}`);
  if (options.json === true) return printJson(group);
  if (keys !== undefined) await print(`Edge group ${name}: ${keyPolicyText(group.keys)}.`);
  if (keysKept !== undefined)
    await print(`Edge group ${name}: ${keptText(group.keysKeptDays, "the server's setting")}.`);
}
