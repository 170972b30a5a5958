import { operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";

export function registerTokenRevoke(token: Command): void {
  const command = token
    .command("revoke")
    .description("revoke a token; it stops working at once")
    .argument("<id>", "the token's id, from: certmill token list")
    .action(revokeToken);
  withExamples(withServerOptions(command), "certmill token revoke 3");
}

async function revokeToken(id: string, options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const revoked = await client.call(operations.revokeToken, { params: { id } });
  if (options.json === true) return printJson(revoked);
  await print(`Token ${revoked.id} (${printable(revoked.name)}) is revoked.`);
}
