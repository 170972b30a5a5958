import { operations, type Revocation } from "@certmill/api";
import { type Command, Option } from "commander";
import { connect, type ServerOptions, withServerOptions } from "../connection.ts";
import { withExamples } from "../examples.ts";
import { wholeNumber } from "../option-values.ts";
import { printList } from "../print-list.ts";
import { stateEmphasis } from "../terminal/style.ts";
import type { Column } from "../terminal/table.ts";

interface RevokeListOptions extends ServerOptions {
  readonly state?: Revocation["state"];
  readonly replacement?: string;
  readonly limit: number;
  readonly all?: boolean;
}

const states: readonly Revocation["state"][] = ["waiting", "due", "revoked", "failed"];

export function registerRevokeList(revoke: Command): void {
  const command = revoke
    .command("list")
    .description("list what was asked to be revoked")
    .addOption(new Option("--state <state>", "only those").choices(states))
    .option("--replacement <id>", "only those of this mass replacement")
    .option("--limit <n>", "how many to show", wholeNumber(1), 100)
    .option("--all", "show all of them")
    .action(listRevocations);
  withExamples(withServerOptions(command), "certmill revoke list --state failed");
}

async function listRevocations(options: RevokeListOptions): Promise<void> {
  const client = await connect(options);
  await printList({
    client,
    operation: operations.listRevocations,
    query: { state: options.state, replacement: options.replacement },
    columns,
    none: "Nothing was asked to be revoked.",
    most: options.all === true ? Number.POSITIVE_INFINITY : options.limit,
    json: options.json === true,
  });
}

const columns: readonly Column<Revocation>[] = [
  { head: "SERIAL", cell: ({ serial }) => serial },
  { head: "NAME", cell: ({ names }) => names[0] ?? "" },
  { head: "CA", cell: ({ ca }) => ca },
  { head: "REASON", cell: ({ reason }) => reason },
  { head: "STATE", cell: ({ state }) => state, emphasis: ({ state }) => stateEmphasis(state) },
  { head: "THE CA'S WORDS", cell: ({ detail }) => detail ?? "" },
];
