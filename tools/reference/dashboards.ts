/** The dashboards that are shipped in deploy/grafana. That each metric exists is held by test/system/alerts.test.ts. */
import type { Dashboard } from "./dashboard-json.ts";
import { edges } from "./dashboards/edges.ts";
import { issuance } from "./dashboards/issuance.ts";
import { limits } from "./dashboards/limits.ts";
import { overview } from "./dashboards/overview.ts";
import { process } from "./dashboards/process.ts";

export const dashboards: readonly Dashboard[] = [overview, issuance, limits, edges, process];
