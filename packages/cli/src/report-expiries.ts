import { type Client, type DomainSummary, operations, pages } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { csvLine } from "./csv-line.ts";
import { writeCsv } from "./csv-report.ts";
import { withExamples } from "./examples.ts";
import { wholeNumber } from "./option-values.ts";
import { printList } from "./print-list.ts";
import { numberText } from "./terminal/number-text.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { stateEmphasis, styled } from "./terminal/style.ts";
import type { Column } from "./terminal/table.ts";
import { dayText, distanceText } from "./terminal/time-text.ts";

interface ReportExpiriesOptions extends ServerOptions {
  readonly within: number;
  readonly tenant?: string;
  readonly limit: number;
  readonly all?: boolean;
  readonly csv?: string;
}

const day = 86_400_000;

export function registerReportExpiries(report: Command): void {
  const command = report
    .command("expiries")
    .description(
      "tell which certificates that are to be served end soon, the first first, and why they still do",
    )
    .option("--within <days>", "those that end within so many days", wholeNumber(1), 14)
    .option("--tenant <name>", "only this tenant's")
    .option("--limit <n>", "how many to show", wholeNumber(1), 100)
    .option("--all", "show all of them")
    .option("--csv <file>", "write every one to a file: - is standard output")
    .action(reportExpiries);
  withExamples(
    withServerOptions(command),
    "certmill report expiries",
    "certmill report expiries --within 3 --csv soon.csv",
  );
}

async function reportExpiries(options: ReportExpiriesOptions): Promise<void> {
  const client = await connect(options);
  const { within, tenant, csv, json = false, limit, all = false } = options;
  const query = {
    expiresBefore: new Date(Date.now() + within * day).toISOString(),
    sort: "expires",
    ...(tenant === undefined ? {} : { tenant }),
  } as const;
  if (csv === "-") return void (await writeCsv(csv, header, expiryLines(client, query)));
  const { total } = await client.call(operations.listDomains, { query: { ...query, limit: 1, total: true } });
  const count = total?.count ?? 0;
  await (json ? printJson({ within, total }) : print(headText(count, total?.kind ?? "exact", within)));
  if (count > 0 || json)
    await printList({
      client,
      operation: operations.listDomains,
      query,
      columns: columns(Date.now()),
      none: "",
      most: all ? Number.POSITIVE_INFINITY : limit,
      json,
    });
  if (csv === undefined) return;
  const rows = await writeCsv(csv, header, expiryLines(client, query));
  remark(`${numberText(rows)} domains are in ${csv}`);
}

function headText(count: number, kind: "exact" | "at-least" | "about", within: number): string {
  const days = within === 1 ? "a day" : `${within} days`;
  if (count === 0) return `No certificate that is to be served ends within ${days}.`;
  const about = { exact: "", "at-least": "At least ", about: "About " }[kind];
  const what = count === 1 ? "domain's certificate ends" : "domains' certificates end";
  return `${about}${styled("bold", numberText(count))} ${what} within ${days}.\n`;
}

const columns = (now: number): readonly Column<DomainSummary>[] => [
  { head: "DOMAIN", cell: ({ name }) => name },
  { head: "ENDS", cell: ({ certificate }) => (certificate === null ? "" : dayText(certificate.notAfter)) },
  {
    head: "IN",
    cell: ({ certificate }) => (certificate === null ? "" : leftText(certificate.notAfter, now)),
    emphasis: ({ certificate }) => (leftOf(certificate, now) <= 3 * day ? "red" : "yellow"),
    align: "right",
  },
  { head: "STATE", cell: ({ state }) => state, emphasis: ({ state }) => stateEmphasis(state) },
  { head: "TENANT", cell: ({ tenant }) => tenant ?? "" },
  { head: "WHY", cell: ({ failureCode, reason }) => (failureCode === null ? reason : failureCode) },
];

const leftOf = (certificate: DomainSummary["certificate"], now: number): number =>
  certificate === null ? 0 : Date.parse(certificate.notAfter) - now;

const leftText = (notAfter: string, now: number): string =>
  Date.parse(notAfter) <= now ? "ended" : distanceText(notAfter, now);

const header = ["domain", "aliases", "tenant", "ends", "state", "reason", "next try"];

/** A page at a time, so that a long report needs no memory. */
async function* expiryLines(
  client: Client,
  query: { readonly expiresBefore: string; readonly sort: "expires"; readonly tenant?: string },
): AsyncGenerator<string> {
  for await (const { items } of pages(client, operations.listDomains, { query: { limit: 1_000, ...query } }))
    yield* items.map(({ name, names, tenant, certificate, state, reason, nextTryAt }) =>
      csvLine([
        name,
        names.filter((other) => other !== name).join(" "),
        tenant ?? "",
        certificate?.notAfter ?? "",
        state,
        reason,
        nextTryAt ?? "",
      ]),
    );
}
