import { operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson } from "./terminal/print.ts";

export function registerKeyRotate(key: Command): void {
  const command = key
    .command("rotate")
    .description("re-wrap every secret under the first key of the server's key file; safe to repeat")
    .action(rotateKeys);
  withExamples(withServerOptions(command), "certmill key rotate");
}

async function rotateKeys(options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const { rewrapped, keyId } = await client.call(operations.rotateKeys);
  if (options.json === true) return printJson({ rewrapped, keyId });
  await print(`${rewrapped} secrets re-wrapped; all are under the key ${keyId} now.`);
}
