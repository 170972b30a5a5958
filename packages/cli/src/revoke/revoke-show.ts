import { operations, type RevocationSummary } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "../connection.ts";
import { withExamples } from "../examples.ts";
import { fieldsText } from "../terminal/fields.ts";
import { numberText } from "../terminal/number-text.ts";
import { print, printJson } from "../terminal/print.ts";

export function registerRevokeShow(revoke: Command): void {
  const command = revoke
    .command("show")
    .description("show how far revoking is, of all that was ever asked for")
    .action(showRevocations);
  withExamples(withServerOptions(command), "certmill revoke show");
}

async function showRevocations(options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const summary = await client.call(operations.countRevocations, {});
  await (options.json === true ? printJson(summary) : print(summaryText(summary)));
}

const summaryText = ({ revoked, due, waiting, failed }: RevocationSummary): string =>
  fieldsText([
    ["Revoked", numberText(revoked)],
    ["Being told", due === 0 ? null : `${numberText(due)}: the CA is told at its pace`],
    ["Waiting", waiting === 0 ? null : `${numberText(waiting)}: until their successors are served`],
    ["Failed", failed === 0 ? null : `${numberText(failed)}, why: certmill revoke list --state failed`],
  ]);
