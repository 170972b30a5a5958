import { type CampaignFailure, type CampaignReport, type Client, operations, pages } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { csvLine } from "./csv-line.ts";
import { writeCsv } from "./csv-report.ts";
import { withExamples } from "./examples.ts";
import { numberText } from "./terminal/number-text.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { styled } from "./terminal/style.ts";
import { whose } from "./terminal/whose.ts";
import { wrapFor } from "./terminal/wrap.ts";

interface CampaignReportOptions extends ServerOptions {
  readonly csv?: string;
  readonly code?: string;
}

export function registerCampaignReport(campaign: Command): void {
  const command = campaign
    .command("report")
    .description("tell what of a campaign failed, by reason, and who has to change what")
    .argument("<name>", "its name")
    .option("--csv <file>", "write every failing domain to a file, for support: - is standard output")
    .option("--code <code>", "only this reason in the file")
    .action(reportCampaign);
  withExamples(
    withServerOptions(command),
    "certmill campaign report spring",
    "certmill campaign report spring --csv failed.csv",
  );
}

async function reportCampaign(name: string, options: CampaignReportOptions): Promise<void> {
  const client = await connect(options);
  const lines = failureLines(client, name, options);
  if (options.csv === "-") return void (await writeCsv(options.csv, header, lines));
  const report = await client.call(operations.reportCampaign, { params: { name } });
  await (options.json === true ? printJson(report) : print(reportText(report)));
  if (options.csv === undefined) return;
  const rows = await writeCsv(options.csv, header, lines);
  remark(`${numberText(rows)} failing certificates are in ${options.csv}`);
}

function reportText({ campaign, reasons }: CampaignReport): string {
  const { issued, total } = campaign.certificates;
  const head = `${styled("bold", campaign.name)}  ${numberText(issued)} of ${numberText(total)} certificates issued`;
  if (reasons.length === 0) return `${head}\nNothing failed.`;
  return [head, ...reasons.map(reasonText)].join("\n\n");
}

type Reason = CampaignReport["reasons"][number];

function reasonText({ code, party, sentence, certificates, domains, examples }: Reason): string {
  const others = certificates - examples.length;
  const named = `${examples.join(", ")}${others > 0 ? ` and ${numberText(others)} more` : ""}`;
  return [
    `${styled("bold", numberText(domains))} ${domains === 1 ? "domain" : "domains"}: ${styled("yellow", code)}, ${whose[party]}`,
    ...[sentence, named].map((text) => `  ${wrapFor(process.stdout, printable(text), 2)}`),
  ].join("\n");
}

const header = [
  "domain",
  "aliases",
  "tenant",
  "code",
  "what to change",
  "the CA's words",
  "failures",
  "next try",
];

/** A page at a time, so that a long report needs no memory. */
async function* failureLines(
  client: Client,
  name: string,
  { code }: CampaignReportOptions,
): AsyncGenerator<string> {
  const query = { limit: 1_000, ...(code === undefined ? {} : { code }) };
  for await (const { items } of pages(client, operations.listCampaignFailures, { params: { name }, query }))
    yield* items.map(failureLine);
}

function failureLine({
  names,
  tenant,
  code,
  sentence,
  detail,
  failures,
  nextTryAt,
}: CampaignFailure): string {
  const [domain = "", ...aliases] = names;
  return csvLine([
    domain,
    aliases.join(" "),
    tenant ?? "",
    code,
    sentence,
    detail ?? "",
    String(failures),
    nextTryAt ?? "",
  ]);
}
