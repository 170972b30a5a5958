import type { Evidence, Specification, TestCase } from "../../packages/acme/conformance/clause.ts";

/** docs/conformance.md. */
export function conformancePage(specifications: readonly Specification[]): string {
  return `# Conformance of the ACME library

Written by \`npx node tools/conformance/write.ts\` from packages/acme/conformance. Every sentence that binds a client is
here, in our words, with the test that shows it or with the reason why it does not bind a library; \`npm run check\`
demands that the tests are there. What binds only servers is left out. REQUIRED is written as MUST, RECOMMENDED as
SHOULD; beside MUST NOT and SHOULD NOT stands what is not to be. Tests in test/protocol run against the sim CA and two
releases of Pebble.

| document | clauses | shown by tests | do not apply | not shown yet |
| --- | --- | --- | --- | --- |
${specifications.map(summaryRow).join("\n")}

${specifications.map(section).join("\n\n")}
`;
}

function summaryRow({ title, url, clauses }: Specification): string {
  const count = (kind: Evidence["kind"]) => clauses.filter(({ shown }) => shown.kind === kind).length;
  return `| [${title}](${url}) | ${clauses.length} | ${count("test")} | ${count("does-not-apply")} | ${count("missing")} |`;
}

function section({ title, clauses }: Specification): string {
  const rows = clauses.map(
    ({ id, level, clause, shown }) => `| ${id} | ${level} | ${cell(clause)} | ${evidence(shown)} |`,
  );
  return `## ${title}\n\n| clause | level | what | shown by |\n| --- | --- | --- | --- |\n${rows.join("\n")}`;
}

function evidence(shown: Evidence): string {
  switch (shown.kind) {
    case "test":
      return shown.tests.map(link).join("<br>");
    case "does-not-apply":
      return `Does not apply: ${cell(shown.why)}`;
    case "missing":
      return "**not shown yet**";
  }
}

const link = ({ file, title }: TestCase): string =>
  `[${cell(title).replaceAll(/[[\]]/g, "\\$&")}](../${file})`;

/** Text that ends no cell, and that a title's angle brackets make no tag of. */
const cell = (text: string): string =>
  text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
