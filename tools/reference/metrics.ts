import { allMetrics } from "./all-metrics.ts";

/** docs/reference/metrics.md: our own metrics; prom-client's of the process are named once. */
export async function metricsReference(): Promise<string> {
  const rows = (await allMetrics())
    .filter(({ name }) => name.startsWith("certmill_"))
    .map(({ name, type, labels, help }) => {
      const labelled = labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\` | ${type} | ${labelled} | ${help} |`;
    });
  return `# Metrics at \`/metrics\`

Written by \`npm run reference\` from packages/server/src/observe. Beside these, the usual
\`process_*\` and \`nodejs_*\` metrics are there (the event loop's lag is \`nodejs_eventloop_lag_*\`). Units stand in the
names. No label holds a domain, a tenant, an edge or an address. How they are scraped and what is made of them:
[monitoring](../monitoring.md).

| name | type | labels | what |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}
