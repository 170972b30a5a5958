import { type NewDomain, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { type CoverageOptions, coverageOf, withCoverageOptions } from "./domain-request.ts";
import { withExamples } from "./examples.ts";
import { repeated } from "./option-values.ts";
import { print, printJson } from "./terminal/print.ts";
import { type WaitOptions, watchAttempt, withWaitOptions } from "./watch-attempt.ts";

interface DomainAddOptions extends ServerOptions, CoverageOptions, WaitOptions {
  readonly withWww?: boolean;
  readonly alias?: readonly string[];
  readonly tenant?: string;
}

export function registerDomainAdd(domain: Command): void {
  const command = domain
    .command("add")
    .description("add a domain; its certificate is ordered at once")
    .argument("<name>", "the DNS name; an IDN may be written as people read it")
    .option("--with-www", "cover www.NAME too")
    .option("--alias <name>", "a further name of the same certificate (repeatable)", repeated)
    .option("--tenant <name>", "the customer it belongs to");
  withWaitOptions(withCoverageOptions(command)).action(addDomain);
  withExamples(
    withServerOptions(command),
    "certmill domain add shop.example.com --with-www --wait",
    "certmill domain add shop.example.com --tenant acme-shop --json",
  );
}

async function addDomain(name: string, options: DomainAddOptions): Promise<void> {
  const client = await connect(options);
  const json = options.json === true;
  const added = await client.call(operations.addDomain, { body: newDomain(name, options) });
  if (options.wait === true) {
    return watchAttempt({ client, name: added.name, seconds: options.timeout, json, after: null });
  }
  if (json) return printJson(added);
  await print(`Added: ${added.names.join(", ")}; CA: ${added.ca}`);
  await print(`Look at it: certmill domain show ${added.name}`);
}

function newDomain(name: string, options: DomainAddOptions): NewDomain {
  return {
    name,
    ...(options.alias === undefined ? {} : { aliases: [...options.alias] }),
    ...(options.withWww === true ? { withWww: true } : {}),
    ...(options.tenant === undefined ? {} : { tenant: options.tenant }),
    ...coverageOf(options),
  };
}
