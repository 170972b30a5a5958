import { watchCas } from "../../packages/server/src/observe/ca-gauges.ts";
import { watchCampaigns } from "../../packages/server/src/observe/campaign-gauges.ts";
import { watchDatabase } from "../../packages/server/src/observe/database-gauges.ts";
import { watchFleet } from "../../packages/server/src/observe/fleet-gauges.ts";
import { Metrics } from "../../packages/server/src/observe/metrics.ts";
import { watchProcess, watchWorker } from "../../packages/server/src/observe/process-gauges.ts";

export interface MetricDescription {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** Every metric that a process with all roles has, those of prom-client among them. */
export async function allMetrics(): Promise<readonly MetricDescription[]> {
  const { registry } = new Metrics();
  const nothing = async () => null;
  watchProcess(registry, { version: "0", roles: "", connectionUse: () => null });
  watchWorker(registry, { busy: () => 0, lastRoundAt: () => null });
  watchFleet(registry, nothing);
  watchCas(registry, nothing);
  watchCampaigns(registry, nothing);
  watchDatabase(registry, nothing);
  return (await registry.getMetricsAsJSON()).map(({ name, type, help }) => {
    // Its type does not tell of them.
    const metric = registry.getSingleMetric(name) as { readonly labelNames?: readonly string[] } | undefined;
    return { name, type: String(type), help, labels: metric?.labelNames ?? [] };
  });
}

/** The names under which Prometheus has what a metric tells. */
export const seriesOf = ({ name, type }: MetricDescription): readonly string[] =>
  type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
