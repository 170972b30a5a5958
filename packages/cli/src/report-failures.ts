import {
  type Client,
  type Failure,
  type FailureGroup,
  type FailureReport,
  operations,
  pages,
} from "@certmill/api";
import { type Command, Option } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { csvLine } from "./csv-line.ts";
import { writeCsv } from "./csv-report.ts";
import { withExamples } from "./examples.ts";
import { wholeNumber } from "./option-values.ts";
import { numberText } from "./terminal/number-text.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { styled } from "./terminal/style.ts";
import { instantFromNow } from "./terminal/time-text.ts";
import { whose } from "./terminal/whose.ts";
import { wrapFor } from "./terminal/wrap.ts";

type Grouping = "reason" | "tenant" | "campaign" | "ca";

interface ReportFailuresOptions extends ServerOptions {
  readonly by?: Grouping;
  readonly limit?: number;
  readonly reason?: string;
  readonly tenant?: string;
  readonly campaign?: string;
  readonly ca?: string;
  readonly csv?: string;
}

const groupings: readonly Grouping[] = ["reason", "tenant", "campaign", "ca"];

export function registerReportFailures(report: Command): void {
  const command = report
    .command("failures")
    .description("tell what fails: first certificates, renewals, and checks before the order")
    .addOption(new Option("--by <what>", "count by this (default: reason)").choices(groupings))
    .option("--limit <n>", "groups at most (default: 100)", wholeNumber(1))
    .option("--reason <code>", "only this reason")
    .option("--tenant <name>", "only this tenant's")
    .option("--campaign <name>", "only this campaign's")
    .option("--ca <name>", "only what was last tried at this CA")
    .option("--csv <file>", "write every failing domain to a file, for support: - is standard output")
    .action(reportFailures);
  withExamples(
    withServerOptions(command),
    "certmill report failures",
    "certmill report failures --by tenant --reason connection",
    "certmill report failures --tenant acme --csv acme.csv",
  );
}

async function reportFailures(options: ReportFailuresOptions): Promise<void> {
  const client = await connect(options);
  const filter = filterOf(options);
  if (options.csv === "-") return void (await writeCsv(options.csv, header, failureLines(client, filter)));
  const { by = "reason", limit } = options;
  const report = await client.call(operations.reportFailures, {
    query: { by, ...(limit === undefined ? {} : { limit }), ...filter },
  });
  await (options.json === true ? printJson(report) : print(reportText(report, by)));
  if (options.csv === undefined) return;
  const rows = await writeCsv(options.csv, header, failureLines(client, filter));
  remark(`${numberText(rows)} failing certificates are in ${options.csv}`);
}

const filterOf = ({ reason, tenant, campaign, ca }: ReportFailuresOptions) => ({
  ...(reason === undefined ? {} : { reason }),
  ...(tenant === undefined ? {} : { tenant }),
  ...(campaign === undefined ? {} : { campaign }),
  ...(ca === undefined ? {} : { ca }),
});

function reportText(report: FailureReport, by: Grouping): string {
  const { certificates, domains, renewals, groups, more } = report;
  if (certificates === 0) return "Nothing fails.";
  const first = certificates - renewals;
  const head = `${styled("bold", numberText(domains))} ${domains === 1 ? "domain fails" : "domains fail"}: ${numberText(first)} first certificates, ${numberText(renewals)} renewals; ${numberText(report.new)} since yesterday.`;
  const rest = more ? ["There are more: name a larger --limit, or --json."] : [];
  return [wrapFor(process.stdout, head), ...groups.map((group) => groupText(group, by)), ...rest].join(
    "\n\n",
  );
}

const nobody: Readonly<Record<Grouping, string>> = {
  reason: "unknown",
  tenant: "no tenant",
  campaign: "no campaign",
  ca: "no CA",
};

function groupText(group: FailureGroup, by: Grouping): string {
  const { key, party, sentence, certificates, domains, renewals, oldest, examples } = group;
  const others = certificates - examples.length;
  const named = `${examples.join(", ")}${others > 0 ? ` and ${numberText(others)} more` : ""}`;
  const facts = [
    party === null ? null : whose[party],
    renewals === 0 ? null : `${numberText(renewals)} renewals`,
    group.new === 0 ? null : `${numberText(group.new)} new`,
  ].filter((fact) => fact !== null);
  const head = `${styled("bold", numberText(domains))} ${domains === 1 ? "domain" : "domains"}: ${styled("yellow", printable(key ?? nobody[by]))}${facts.length === 0 ? "" : `; ${facts.join("; ")}`}`;
  const lines = [sentence, helpText(group), named, `The oldest since ${instantFromNow(oldest, Date.now())}.`];
  return [
    wrapFor(process.stdout, head, 2),
    ...lines
      .filter((line) => line !== null)
      .map((line) => `  ${wrapFor(process.stdout, printable(line), 2)}`),
  ].join("\n");
}

/** What may help beside trying again; null: nothing else does, or it is not known. */
function helpText({ anotherCa, anotherChallenge }: FailureGroup): string | null {
  const helps = [
    ...(anotherCa === true ? ["another CA"] : []),
    ...(anotherChallenge === true ? ["another type of challenge"] : []),
  ];
  return helps.length === 0 ? null : `May help: ${helps.join(", ")}.`;
}

const header = [
  "domain",
  "aliases",
  "tenant",
  "campaign",
  "ca",
  "reason",
  "who must act",
  "what to change",
  "the CA's words",
  "renewal",
  "failures",
  "failing since",
  "next try",
];

/** A page at a time, so that a long report needs no memory. */
async function* failureLines(client: Client, filter: ReturnType<typeof filterOf>): AsyncGenerator<string> {
  const query = { limit: 1_000, ...filter };
  for await (const { items } of pages(client, operations.listFailures, { query }))
    yield* items.map(failureLine);
}

function failureLine(failure: Failure): string {
  const [domain = "", ...aliases] = failure.names;
  return csvLine([
    domain,
    aliases.join(" "),
    failure.tenant ?? "",
    failure.campaign ?? "",
    failure.ca,
    failure.reason,
    failure.acts,
    failure.sentence,
    failure.detail ?? "",
    failure.renewal ? "yes" : "no",
    String(failure.failures),
    failure.failingSince,
    failure.nextTryAt ?? failure.nextCheckAt ?? "",
  ]);
}
