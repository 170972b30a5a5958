import { operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson } from "./terminal/print.ts";

interface DnsRemoveOptions extends ServerOptions {
  readonly forget?: boolean;
}

export function registerDnsRemove(dns: Command): void {
  const command = dns
    .command("remove")
    .description("remove a DNS provider; names that need its zones are not renewed any more")
    .argument("<name>", "the provider's name")
    .option("--forget", "remove it though there are records of Certmill's in its zones: they stay there")
    .action(removeDns);
  withExamples(withServerOptions(command), "certmill dns remove ns1");
}

async function removeDns(name: string, options: DnsRemoveOptions): Promise<void> {
  const client = await connect(options);
  const removed = await client.call(operations.removeDnsProvider, {
    params: { name },
    query: options.forget === true ? { forget: true } : {},
  });
  if (options.json === true) return printJson(removed);
  await print(`DNS provider ${removed.name} is removed, with ${removed.zones.join(", ")}.`);
}
