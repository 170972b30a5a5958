import { operations, type Tenant } from "@certmill/api";
import type { Command } from "commander";
import { type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { printWholeList } from "./print-list.ts";
import type { Column } from "./terminal/table.ts";
import { dayText } from "./terminal/time-text.ts";

export function registerTenantList(tenant: Command): void {
  const command = tenant.command("list").description("list the tenants").action(listTenants);
  withExamples(withServerOptions(command), "certmill tenant list");
}

async function listTenants(options: ServerOptions): Promise<void> {
  await printWholeList(options, {
    operation: operations.listTenants,
    columns,
    none: "No tenants. A tenant comes into being with its first domain, or with: certmill tenant set NAME",
  });
}

const columns: readonly Column<Tenant>[] = [
  { head: "NAME", cell: ({ name }) => name },
  { head: "CREATED", cell: ({ createdAt }) => dayText(createdAt) },
  { head: "CAS", cell: ({ cas }) => cas?.join(", ") ?? "any" },
];
