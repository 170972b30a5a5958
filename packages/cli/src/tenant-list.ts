import { operations, type Tenant } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { printList } from "./print-list.ts";
import type { Column } from "./terminal/table.ts";
import { dayText } from "./terminal/time-text.ts";

export function registerTenantList(tenant: Command): void {
  const command = tenant.command("list").description("list the tenants").action(listTenants);
  withExamples(withServerOptions(command), "certmill tenant list");
}

async function listTenants(options: ServerOptions): Promise<void> {
  const client = await connect(options);
  await printList({
    client,
    operation: operations.listTenants,
    query: {},
    columns,
    none: "No tenants. A tenant comes into being with its first domain, or with: certmill tenant set NAME",
    most: Number.POSITIVE_INFINITY,
    json: options.json === true,
  });
}

const columns: readonly Column<Tenant>[] = [
  { head: "NAME", cell: ({ name }) => name },
  { head: "CREATED", cell: ({ createdAt }) => dayText(createdAt) },
  { head: "CAS", cell: ({ cas }) => cas?.join(", ") ?? "any" },
];
