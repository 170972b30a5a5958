import { operations, type Status } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { fieldsText } from "./terminal/fields.ts";
import { print, printJson } from "./terminal/print.ts";
import { type Column, tableText } from "./terminal/table.ts";
import { instantFromNow, instantText } from "./terminal/time-text.ts";

export function registerStatus(program: Command): void {
  const command = program
    .command("status")
    .description("show how things stand: domains, what is due, CAs, edges, keys")
    .action(showStatus);
  withExamples(withServerOptions(command), "certmill status", "certmill status --json | jq .domains");
}

async function showStatus(options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const status = await client.call(operations.showStatus);
  await (options.json === true ? printJson(status) : print(statusText(status, Date.now())));
}

function statusText(status: Status, now: number): string {
  const tables = [
    status.cas.length === 0 ? [] : [tableText(caColumns, status.cas)],
    status.edges.length === 0 ? [] : [tableText(edgeColumns, status.edges)],
  ].flat();
  return [factsText(status, now), ...tables].join("\n\n");
}

function factsText(status: Status, now: number): string {
  const { domains, oldestDueAt, keys } = status;
  return fieldsText([
    ["Version", `${status.version} on ${status.database}`],
    [
      "Domains",
      Object.entries(domains)
        .map(([state, count]) => `${count} ${state}`)
        .join(", "),
    ],
    [
      "Certificates",
      `${status.certificates}, ${status.expiringWithin7Days} to be served expire within 7 days`,
    ],
    ["In flight", String(status.issuancesInFlight)],
    ["Due now", String(status.dueNow)],
    ["Longest due", oldestDueAt === null ? null : instantFromNow(oldestDueAt, now)],
    ["Key", keys.current],
    [
      "",
      keys.underOtherKeys === 0
        ? null
        : `${keys.underOtherKeys} secrets are under other keys: certmill key rotate`,
    ],
  ]);
}

const caColumns: readonly Column<Status["cas"][number]>[] = [
  { head: "CA", cell: ({ name }) => name },
  { head: "IN FLIGHT", cell: (ca) => `${ca.issuancesInFlight}/${ca.maxOrdersInFlight}`, align: "right" },
  { head: "DEFAULT", cell: (ca) => (ca.default ? "yes" : "") },
  { head: "DIRECTORY", cell: ({ directory }) => directory },
];

const edgeColumns: readonly Column<Status["edges"][number]>[] = [
  { head: "EDGE", cell: ({ name }) => name },
  { head: "GROUP", cell: ({ group }) => group },
  {
    head: "BEHIND",
    cell: ({ behind }) => String(behind),
    emphasis: ({ behind }) => (behind === 0 ? "green" : "yellow"),
    align: "right",
  },
  { head: "LAST SEEN", cell: ({ lastSeenAt }) => instantText(lastSeenAt) },
];
