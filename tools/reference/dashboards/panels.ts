/** What dashboards are made of. */
import type { Panel } from "../dashboard-json.ts";

type Told = Omit<Panel, "as" | "queries">;

/** One number. */
export const figure = (told: Told, expr: string): Panel => ({ ...told, as: "figure", queries: { "": expr } });

/** A line for each query, by its name. */
export const lines = (told: Told, queries: Readonly<Record<string, string>>): Panel => ({
  ...told,
  as: "lines",
  queries,
});

/** @param by further labels, each with a comma before it. */
export const quantile = (share: number, histogram: string, by: string): string =>
  `histogram_quantile(${share}, sum by (le${by}) (rate(${histogram}_bucket[$__rate_interval])))`;

export const timeToCertificate = "certmill_time_to_certificate_seconds";
