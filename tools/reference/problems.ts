import { problemTypes, problemTypeUri } from "@certmill/api";

/** docs/reference/problems.md. */
export function problemsReference(): string {
  const rows = Object.entries(problemTypes).map(
    ([code, { status, title, remedy }]) => `| \`${code}\` | ${status} | ${title} | ${remedy} |`,
  );
  return `# Problems the API answers with

Written by \`npm run reference\` from packages/api/src/problem/problem-types.ts.

Every error is an \`application/problem+json\` document (RFC 9457). Its \`code\` is stable, as is its \`type\`,
${problemTypeUri("not-found").replace("not-found", "*code*")}; branch on one of them, never on a sentence.

| code | status | what | what to do |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}
