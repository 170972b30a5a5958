import { type AuditEntry, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { wholeNumber } from "./option-values.ts";
import { pastInstant, pastTimeText } from "./past-time.ts";
import { printList } from "./print-list.ts";
import type { Column } from "./terminal/table.ts";
import { instantText } from "./terminal/time-text.ts";

interface AuditOptions extends ServerOptions {
  readonly who?: string;
  readonly action?: string;
  readonly about?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
  readonly all?: boolean;
}

export function registerAudit(program: Command): void {
  const command = program
    .command("audit")
    .description("tell who did what, from where, the latest first")
    .option("--who <name>", "only this person's or token's")
    .option("--action <operation>", "only this, such as removeDomain")
    .option("--about <name>", "only what was done to this, such as a domain")
    .option("--since <time>", "from then on: an instant, or a time ago such as 24h or 7d", pastTimeText)
    .option("--until <time>", "before then", pastTimeText)
    .option("--limit <n>", "how many to show", wholeNumber(1), 100)
    .option("--all", "show all of them")
    .action(listAudit);
  withExamples(
    withServerOptions(command),
    "certmill audit --about shop.example.com",
    "certmill audit --who alice --since 7d",
    "certmill audit --action exportCertificate --all --json",
  );
}

async function listAudit(options: AuditOptions): Promise<void> {
  const { who, action, about, since, until } = options;
  const client = await connect(options);
  const now = Date.now();
  await printList({
    client,
    operation: operations.listAudit,
    query: {
      who,
      action,
      about,
      since: since === undefined ? undefined : pastInstant(since, now),
      until: until === undefined ? undefined : pastInstant(until, now),
    },
    columns,
    none: "Nothing of this is in the audit log.",
    most: options.all === true ? Number.POSITIVE_INFINITY : options.limit,
    json: options.json === true,
  });
}

const answerText = ({ status, count }: AuditEntry): string =>
  status === null ? "unknown" : count === 1 ? String(status) : `${count} x ${status}`;

const columns: readonly Column<AuditEntry>[] = [
  { head: "AT", cell: ({ at }) => instantText(at) },
  { head: "WHO", cell: ({ who, via }) => (via === "nobody" ? `(nobody) ${who}`.trim() : who) },
  { head: "VIA", cell: ({ via }) => via },
  { head: "FROM", cell: ({ address }) => address ?? "" },
  { head: "ACTION", cell: ({ action }) => action },
  { head: "ABOUT", cell: ({ about }) => about ?? "" },
  { head: "ANSWER", cell: answerText, align: "right" },
];
