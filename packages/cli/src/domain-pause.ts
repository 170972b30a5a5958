import { type Domain, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { wrapFor } from "./terminal/wrap.ts";

export function registerDomainPause(domain: Command): void {
  const command = domain
    .command("pause")
    .description("order nothing for a domain until it is resumed; what it has is served on, and not renewed")
    .argument("<name>", "the DNS name")
    .action(async (name: string, options: ServerOptions) => {
      const client = await connect(options);
      await tell(await client.call(operations.pauseDomain, { params: { name } }), options);
    });
  withExamples(withServerOptions(command), "certmill domain pause shop.example.com");
}

export function registerDomainResume(domain: Command): void {
  const command = domain
    .command("resume")
    .description("go on with a domain that somebody paused; what is due is ordered")
    .argument("<name>", "the DNS name")
    .action(async (name: string, options: ServerOptions) => {
      const client = await connect(options);
      await tell(await client.call(operations.resumeDomain, { params: { name } }), options);
    });
  withExamples(withServerOptions(command), "certmill domain resume shop.example.com");
}

async function tell(domain: Domain, { json }: ServerOptions): Promise<void> {
  if (json === true) return printJson(domain);
  await print(wrapFor(process.stdout, `${domain.name} is ${domain.state}. ${printable(domain.reason)}`));
}
