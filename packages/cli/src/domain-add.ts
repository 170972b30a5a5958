import { type NewDomain, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { type CoverageOptions, coverageOf, withCoverageOptions } from "./domain-request.ts";
import { waitForCertificate } from "./domain-wait.ts";
import { withExamples } from "./examples.ts";
import { repeated, wholeNumber } from "./option-values.ts";
import { print, printJson } from "./terminal/print.ts";

interface DomainAddOptions extends ServerOptions, CoverageOptions {
  readonly withWww?: boolean;
  readonly alias?: readonly string[];
  readonly tenant?: string;
  readonly wait?: boolean;
  readonly timeout: number;
}

export function registerDomainAdd(domain: Command): void {
  const command = domain
    .command("add")
    .description("add a domain; its certificate is ordered at once")
    .argument("<name>", "the DNS name; an IDN may be written as people read it")
    .option("--with-www", "cover www.NAME too")
    .option("--alias <name>", "a further name of the same certificate (repeatable)", repeated)
    .option("--tenant <name>", "the customer it belongs to");
  withCoverageOptions(command)
    .option("--wait", "show each step as it happens; end when the certificate is stored")
    .option("--timeout <seconds>", "how long --wait waits", wholeNumber(1), 300)
    .action(addDomain);
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
  if (options.wait === true)
    return waitForCertificate({ client, name: added.name, seconds: options.timeout, json });
  if (json) return printJson(added);
  const others = added.names.length - 1;
  await print(
    `${added.name} added${others === 0 ? "" : `, with ${added.names.slice(1).join(", ")}`}; CA: ${added.ca}. Look at it: certmill domain show ${added.name}`,
  );
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
