import { operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { type CoverageOptions, coverageOf, withCoverageOptions } from "./domain-request.ts";
import { withExamples } from "./examples.ts";
import { type ListOptions, withListOptions } from "./import/list-options.ts";
import { openList } from "./import/list-source.ts";
import { RejectsFile } from "./import/rejects-file.ts";
import { sendList } from "./import/send-list.ts";
import { tellImport } from "./import/tell-import.ts";
import { Interruption } from "./interruption.ts";

interface DomainImportOptions extends ServerOptions, CoverageOptions, ListOptions {
  readonly dryRun?: boolean;
}

export function registerDomainImport(domain: Command): void {
  const command = domain
    .command("import")
    .description("add the domains of a list: CSV with the header domain,tenant,aliases, or one name a line")
    .argument("<file>", "the list, in UTF-8; - reads standard input")
    .option("--dry-run", "say what would happen and change nothing");
  withCoverageOptions(withListOptions(command)).action(importDomains);
  withExamples(
    withServerOptions(command),
    "certmill domain import customers.csv --dry-run",
    "cut -d: -f1 zones.txt | certmill domain import -",
  ).addHelpText("after", notes);
}

const notes = `
Aliases are separated by spaces or semicolons; lines that begin with # are
comments. Good rows go in though others are bad. The same list twice changes
nothing, so a run that was cut off is simply started again.`;

async function importDomains(path: string, options: DomainImportOptions): Promise<void> {
  const client = await connect(options);
  using interruption = new Interruption();
  await using source = await openList(path, interruption.signal);
  await using rejects = new RejectsFile(options.rejects ?? `${path === "-" ? "import" : path}.rejects.csv`);
  const terms = { ...coverageOf(options), ...(options.dryRun === true ? { dryRun: true } : {}) };
  const end = await sendList({
    client,
    source,
    rejects,
    signal: interruption.signal,
    giveUpAfter: options.giveUpAfter * 1_000,
    deliver: (rows, signal) =>
      client.call(operations.addDomainBatch, { body: { ...terms, rows: [...rows] }, signal }),
  });
  await tellImport(end, {
    json: options.json === true,
    dryRun: options.dryRun === true,
    rejectsPath: rejects.path,
  });
}
