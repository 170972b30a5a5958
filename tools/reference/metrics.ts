import { watchCas } from "../../packages/server/src/observe/ca-gauges.ts";
import { Metrics } from "../../packages/server/src/observe/metrics.ts";

/** docs/reference/metrics.md: our own metrics; prom-client's of the process are named once. */
export async function metricsReference(): Promise<string> {
  const metrics = new Metrics();
  metrics.watchWorker(() => 0);
  metrics.watchEnding(async () => 0);
  watchCas(metrics.registry, async () => []);
  const all = await metrics.registry.getMetricsAsJSON();
  const rows = all
    .filter(({ name }) => name.startsWith("certmill_"))
    .map(({ name, type, help }) => `| \`${name}\` | ${String(type)} | ${help} |`);
  return `# Metrics at \`/metrics\`

Written by \`npm run reference\` from packages/server/src/observe. Beside these, the usual
\`process_*\` and \`nodejs_*\` metrics are there. No label holds a domain, a tenant or an address.

| name | type | what |
| --- | --- | --- |
${rows.join("\n")}
`;
}
