import { operations } from "@certmill/api";
import type { Command } from "commander";
import { badInput } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { repeated } from "./option-values.ts";
import { print, printJson } from "./terminal/print.ts";

interface TenantSetOptions extends ServerOptions {
  readonly ca?: readonly string[];
  readonly anyCa?: boolean;
}

export function registerTenantSet(tenant: Command): void {
  const command = tenant
    .command("set")
    .description("say which CAs a tenant's domains may have, from the next order on")
    .argument("<name>", "the tenant; one that is new is made")
    .option("--ca <name>", "a CA that they may have (repeatable; replaces all)", repeated)
    .option("--any-ca", "any CA of the pool")
    .action(setTenant);
  withExamples(
    withServerOptions(command),
    "certmill tenant set acme --ca letsencrypt --ca google",
    "certmill tenant set acme --any-ca",
  );
}

async function setTenant(name: string, options: TenantSetOptions): Promise<void> {
  const { ca, anyCa } = options;
  if ((ca === undefined) === (anyCa !== true))
    throw badInput("Name the CAs with --ca NAME, or say --any-ca.");
  const client = await connect(options);
  const tenant = await client.call(operations.setTenant, {
    params: { name },
    body: { cas: ca === undefined ? null : [...ca] },
  });
  if (options.json === true) return printJson(tenant);
  await print(`Tenant ${tenant.name}: certificates from ${tenant.cas?.join(", ") ?? "any CA"}.`);
}
