import { type Examination, type ExaminationFinding, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { endWith } from "./exit-code.ts";
import { markedLines, verdictText } from "./terminal/marked-lines.ts";
import { print, printJson } from "./terminal/print.ts";
import { styled } from "./terminal/style.ts";

export function registerDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("examine the installation: what is right, what is not, and what to do about it")
    .action(examine);
  withExamples(
    withServerOptions(command),
    "certmill doctor",
    `certmill doctor --json | jq -r '.findings[] | select(.state == "wrong") | .code'`,
  );
}

async function examine(options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const examination = await client.call(operations.examine);
  if (!examination.right) endWith("failed");
  await (options.json === true ? printJson(examination) : print(examinationText(examination)));
}

const headings: Readonly<Record<ExaminationFinding["part"], string>> = {
  database: "Database",
  clock: "Clock",
  keys: "Keys",
  work: "Workers",
  cas: "CAs",
  challenge: "The way to the responder",
  certificates: "Certificates",
  edges: "Edges",
  webhooks: "Webhooks",
};

/** The findings under the part that they are of. */
function examinationText({ version, findings }: Examination): string {
  const lines = [styled("bold", `Certmill ${version}`)];
  let heading = "";
  for (const finding of findings) {
    const next = headings[finding.part];
    if (next !== heading) lines.push("", styled("bold", next));
    heading = next;
    lines.push(...markedLines(finding));
  }
  const wrong = findings.filter(({ state }) => state === "wrong").length;
  return [...lines, "", verdictText(wrong)].join("\n");
}
