import { type FileHandle, open } from "node:fs/promises";
import { type CampaignFailure, type CampaignReport, type Client, operations, pages } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { csvLine } from "./csv-line.ts";
import { withExamples } from "./examples.ts";
import { fileFault } from "./file-fault.ts";
import { numberText } from "./terminal/number-text.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { styled } from "./terminal/style.ts";
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
  if (options.csv === "-") return void (await writeFailures(client, name, options, print));
  const report = await client.call(operations.reportCampaign, { params: { name } });
  await (options.json === true ? printJson(report) : print(reportText(report)));
  if (options.csv !== undefined) await writeFile(client, name, options, options.csv);
}

function reportText({ campaign, reasons }: CampaignReport): string {
  const { issued, total } = campaign.certificates;
  const head = `${styled("bold", campaign.name)}  ${numberText(issued)} of ${numberText(total)} certificates issued`;
  if (reasons.length === 0) return `${head}\nNothing failed.`;
  return [head, ...reasons.map(reasonText)].join("\n\n");
}

type Reason = CampaignReport["reasons"][number];

const whose: Readonly<Record<Reason["party"], string>> = {
  customer: "for the customers to change",
  ca: "the CA's doing, tried again by itself",
  operator: "for the operator to change",
};

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

async function writeFile(
  client: Client,
  name: string,
  options: CampaignReportOptions,
  path: string,
): Promise<void> {
  const file = await openFile(path);
  try {
    const rows = await writeFailures(client, name, options, (text) => append(file, path, `${text}\r\n`));
    remark(`${numberText(rows)} failing certificates are in ${path}`);
  } finally {
    await file.close();
  }
}

/** A page at a time, so that a long report needs no memory. @returns how many. */
async function writeFailures(
  client: Client,
  name: string,
  { code }: CampaignReportOptions,
  write: (lines: string) => Promise<void>,
): Promise<number> {
  let rows = 0;
  await write(csvLine(header).trimEnd());
  const query = { limit: 1_000, ...(code === undefined ? {} : { code }) };
  for await (const { items } of pages(client, operations.listCampaignFailures, { params: { name }, query })) {
    if (items.length > 0) await write(items.map(failureLine).join("").trimEnd());
    rows += items.length;
  }
  return rows;
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

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "w", 0o644);
  } catch (error) {
    throw fileFault(`The report ${path}`, "written", error);
  }
}

async function append(file: FileHandle, path: string, text: string): Promise<void> {
  try {
    await file.writeFile(text);
  } catch (error) {
    throw fileFault(`The report ${path}`, "written", error);
  }
}
