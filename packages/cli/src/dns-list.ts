import { type DnsProvider, operations } from "@certmill/api";
import type { Command } from "commander";
import { type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { printWholeList } from "./print-list.ts";
import type { Column } from "./terminal/table.ts";

export function registerDnsList(dns: Command): void {
  const command = dns.command("list").description("list the DNS providers").action(listDns);
  withExamples(withServerOptions(command), "certmill dns list");
}

async function listDns(options: ServerOptions): Promise<void> {
  await printWholeList(options, {
    operation: operations.listDnsProviders,
    columns,
    none: "No DNS provider yet. Add one: certmill dns add NAME --kind KIND --zone ZONE …",
  });
}

const columns: readonly Column<DnsProvider>[] = [
  { head: "NAME", cell: ({ name }) => name },
  { head: "KIND", cell: ({ kind }) => kind },
  {
    head: "FOR",
    cell: ({ delegationZone, wildcardsOnly }) =>
      [wildcardsOnly ? "wildcards" : "all names", ...(delegationZone === null ? [] : ["delegations"])].join(
        ", ",
      ),
  },
  {
    head: "RECORDS",
    cell: ({ records: { wanted, toRemove, fault } }) =>
      [
        String(wanted),
        ...(toRemove > 0 ? [`${toRemove} to be removed`] : []),
        ...(fault === null ? [] : [fault]),
      ].join("; "),
    emphasis: ({ records }) => (records.fault === null ? "dim" : "yellow"),
  },
  { head: "ZONES", cell: ({ zones }) => zones.join(", ") },
];
