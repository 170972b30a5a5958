import { createInterface } from "node:readline/promises";
import { operations } from "@certmill/api";
import type { Command } from "commander";
import { badInput, CommandError } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";

interface DomainRemoveOptions extends ServerOptions {
  readonly yes?: boolean;
}

export function registerDomainRemove(domain: Command): void {
  const command = domain
    .command("remove")
    .description("remove a domain and all names of its certificate; the edges stop serving it")
    .argument("<name>", "the DNS name")
    .option("--yes", "do not ask")
    .action(removeDomain);
  withExamples(withServerOptions(command), "certmill domain remove shop.example.com --yes");
}

async function removeDomain(name: string, options: DomainRemoveOptions): Promise<void> {
  const client = await connect(options);
  if (options.yes !== true) {
    if (!process.stdin.isTTY)
      throw badInput("Nobody can be asked here.", "Add --yes to remove it without asking.");
    const { names } = await client.call(operations.showDomain, { params: { name } });
    await confirm(`Remove ${names.map(printable).join(", ")}? [y/N] `);
  }
  const removed = await client.call(operations.removeDomain, { params: { name } });
  if (options.json === true) return printJson(removed);
  await print(`Removed: ${removed.names.map(printable).join(", ")}`);
}

async function confirm(question: string): Promise<void> {
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await questions.question(question);
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } finally {
    questions.close();
  }
  throw new CommandError("not-confirmed", "Nothing was removed.", { ending: "failed" });
}
