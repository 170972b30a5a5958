import { type Change, type ChangeReport, type Client, operations, pages } from "@certmill/api";
import { type Command, Option } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { csvLine } from "./csv-line.ts";
import { writeCsv } from "./csv-report.ts";
import { withExamples } from "./examples.ts";
import { wholeNumber } from "./option-values.ts";
import { pastInstant, pastTimeText } from "./past-time.ts";
import { printList } from "./print-list.ts";
import { numberText } from "./terminal/number-text.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { styled } from "./terminal/style.ts";
import type { Column } from "./terminal/table.ts";
import { instantText } from "./terminal/time-text.ts";

type Kind = Change["change"];

interface ReportChangesOptions extends ServerOptions {
  readonly since: string;
  readonly only?: Kind;
  readonly tenant?: string;
  readonly limit: number;
  readonly all?: boolean;
  readonly csv?: string;
}

/** In the order in which a reader looks for trouble. */
const words: Readonly<Record<Kind, string>> = {
  failing: "newly failing",
  "given-up": "newly given up",
  paused: "newly paused by the CA",
  moved: "moved away",
  healed: "healed",
  removed: "removed",
};

export function registerReportChanges(report: Command): void {
  const command = report
    .command("changes")
    .description("tell what changed: what fails now and did not, what healed, was given up, paused, moved")
    .option("--since <time>", "an instant, or a time ago such as 24h or 7d; 31d at most", pastTimeText, "24h")
    .addOption(new Option("--only <change>", "only these").choices(Object.keys(words)))
    .option("--tenant <name>", "only this tenant's")
    .option("--limit <n>", "how many to show", wholeNumber(1), 100)
    .option("--all", "show all of them")
    .option("--csv <file>", "write every one to a file: - is standard output")
    .action(reportChanges);
  withExamples(
    withServerOptions(command),
    "certmill report changes",
    "certmill report changes --since 7d --only failing",
    "certmill report changes --csv changes.csv",
  );
}

async function reportChanges(options: ReportChangesOptions): Promise<void> {
  const client = await connect(options);
  const { only, tenant, csv, json = false, limit, all = false } = options;
  const time = {
    since: pastInstant(options.since, Date.now()),
    ...(tenant === undefined ? {} : { tenant }),
  };
  const filter = { ...time, ...(only === undefined ? {} : { change: only }) };
  if (csv === "-") return void (await writeCsv(csv, header, changeLines(client, filter)));
  const report = await client.call(operations.reportChanges, { query: time });
  await (json ? printJson(report) : print(reportText(report)));
  if (Object.values(report.counts).some((count) => count > 0) || json)
    await printList({
      client,
      operation: operations.listChanges,
      query: filter,
      columns,
      none: "None of these.",
      most: all ? Number.POSITIVE_INFINITY : limit,
      json,
    });
  if (csv === undefined) return;
  const rows = await writeCsv(csv, header, changeLines(client, filter));
  remark(`${numberText(rows)} changes are in ${csv}`);
}

function reportText({ since, counts }: ChangeReport): string {
  const start = `Since ${instantText(since)}`;
  const parts = (Object.keys(words) as Kind[])
    .filter((kind) => counts[kind] > 0)
    .map((kind) => `${styled("bold", numberText(counts[kind]))} ${words[kind]}`);
  return parts.length === 0 ? `${start} nothing has changed.` : `${start}: ${parts.join(", ")}.\n`;
}

const columns: readonly Column<Change>[] = [
  {
    head: "DOMAIN",
    cell: ({ names: [first = "", ...others] }) => first + (others.length === 0 ? "" : ` +${others.length}`),
  },
  { head: "TENANT", cell: ({ tenant }) => tenant ?? "" },
  { head: "BEFORE", cell: ({ before }) => before ?? "new" },
  { head: "NOW", cell: ({ after }) => after },
  { head: "WHY", cell: ({ sentence }) => sentence },
];

const header = ["domain", "aliases", "tenant", "change", "before", "now", "at", "what happened"];

/** A page at a time, so that a long report needs no memory. */
async function* changeLines(
  client: Client,
  filter: { readonly since: string; readonly tenant?: string; readonly change?: Kind },
): AsyncGenerator<string> {
  for await (const { items } of pages(client, operations.listChanges, { query: { limit: 1_000, ...filter } }))
    yield* items.map(({ names: [domain = "", ...aliases], ...change }) =>
      csvLine([
        domain,
        aliases.join(" "),
        change.tenant ?? "",
        change.change,
        change.before ?? "",
        change.after,
        change.at,
        change.sentence,
      ]),
    );
}
