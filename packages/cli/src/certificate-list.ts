import { type Certificate, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { wholeNumber } from "./option-values.ts";
import { printList } from "./print-list.ts";
import type { Column } from "./terminal/table.ts";
import { dayText } from "./terminal/time-text.ts";

interface CertificateListOptions extends ServerOptions {
  readonly domain?: string;
  readonly limit: number;
  readonly all?: boolean;
}

export function registerCertificateList(certificate: Command): void {
  const command = certificate
    .command("list")
    .description("list certificates, the newest first")
    .option("--domain <name>", "only this domain's")
    .option("--limit <n>", "how many to show", wholeNumber(1), 100)
    .option("--all", "show all of them")
    .action(listCertificates);
  withExamples(withServerOptions(command), "certmill certificate list --domain shop.example.com");
}

async function listCertificates(options: CertificateListOptions): Promise<void> {
  const client = await connect(options);
  await printList({
    client,
    operation: operations.listCertificates,
    query: { domain: options.domain },
    columns,
    none: "No certificates.",
    most: options.all === true ? Number.POSITIVE_INFINITY : options.limit,
    json: options.json === true,
  });
}

const columns: readonly Column<Certificate>[] = [
  { head: "NAMES", cell: ({ names }) => namesText(names) },
  { head: "ID", cell: ({ id }) => id, align: "right" },
  { head: "EXPIRES", cell: ({ notAfter }) => dayText(notAfter) },
  { head: "CURRENT", cell: currentText },
  { head: "CA", cell: ({ ca }) => ca ?? "" },
];

function namesText([first = "", ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} +${others.length}`;
}

function currentText({ current, revokedAt }: Certificate): string {
  if (revokedAt !== null) return current ? "yes, revoked" : "revoked";
  return current ? "yes" : "";
}
