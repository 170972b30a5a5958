/** What is shipped for Prometheus and Grafana speaks of metrics that there are, and does what it says. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { peers, programOf } from "../../tools/peers/peer.ts";
import { allMetrics, seriesOf } from "../../tools/reference/all-metrics.ts";
import { dashboards } from "../../tools/reference/dashboards.ts";

const promtool = (...args: readonly string[]) => promisify(execFile)(programOf(peers.promtool), args);

const rulesFile = "deploy/prometheus/certmill.rules.yaml";
const testsFile = "deploy/prometheus/certmill.rules.test.yaml";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const { groups } = parse(await readFile(rulesFile, "utf8")) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const expressions = dashboards.flatMap(({ uid, rows }) =>
  rows.flatMap(({ panels }) =>
    panels.flatMap(({ title, queries }) =>
      Object.values(queries).map((expr) => ({ at: `${uid}: ${title}`, expr })),
    ),
  ),
);

const metrics = await allMetrics();
const labelsOf = new Map(
  metrics.flatMap((metric) => seriesOf(metric).map((name) => [name, metric.labels] as const)),
);

/** Metrics that there are not, and labels that they do not have. */
function unknownIn(expr: string): readonly string[] {
  const used = [...expr.matchAll(/\b((?:certmill|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)];
  expect(used).not.toEqual([]);
  return used.flatMap(([, name = "", selector = ""]) => {
    const known = labelsOf.get(name);
    if (known === undefined) return [name];
    const labels = [...selector.matchAll(/(\w+)\s*[=!]/g)].map(([, label = ""]) => label);
    return labels
      .filter((label) => label !== "le" && !known.includes(label))
      .map((label) => `${name}{${label}}`);
  });
}

test("promtool takes the rules, and each fires and is quiet as its tests say", async () => {
  await promtool("check", "rules", rulesFile);
  await promtool("test", "rules", testsFile);
  const tests = await readFile(testsFile, "utf8");
  expect(rules.filter(({ alert }) => !tests.includes(alert)).map(({ alert }) => alert)).toEqual([]);
});

test("each alert names metrics that there are, and a page with what to do; no page is left over", async () => {
  expect(rules.length).toBeGreaterThan(10);
  expect(rules.flatMap(({ expr }) => unknownIn(expr))).toEqual([]);
  for (const { alert, annotations } of rules) {
    const page = await readFile(annotations.runbook, "utf8");
    expect(page).toContain(`# ${alert}\n`);
    for (const part of ["**What it means.**", "**What to look at.**", "**What to do.**"])
      expect(page).toContain(part);
  }
  const pages = await readdir("docs/operate/alerts");
  const wanted = rules.map(({ annotations }) => annotations.runbook.replace("docs/operate/alerts/", ""));
  expect(pages.toSorted()).toEqual(["README.md", ...wanted].toSorted());
});

test("the runbooks' own expressions name metrics that there are", async () => {
  for (const page of await readdir("docs/operate/alerts")) {
    const text = await readFile(join("docs/operate/alerts", page), "utf8");
    for (const [, code = ""] of text.matchAll(/`([^`]*certmill_[^`]*)`/g))
      expect(unknownIn(code), page).toEqual([]);
  }
});

test("each panel names metrics that there are, in expressions that Prometheus can read", async () => {
  expect(expressions.filter(({ expr }) => unknownIn(expr).length > 0)).toEqual([]);
  const folder = await mkdtemp(join(tmpdir(), "panels-"));
  try {
    const recorded = expressions.map(({ expr }, at) => ({
      record: `panel:${at}`,
      // Grafana's own variable.
      expr: expr.replaceAll("$__rate_interval", "5m"),
    }));
    const file = join(folder, "panels.json");
    await writeFile(file, JSON.stringify({ groups: [{ name: "panels", rules: recorded }] }));
    await promtool("check", "rules", file);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("each of our metrics is on a dashboard or in an alert, or is known not to be", async () => {
  const shown = [...expressions, ...rules].map(({ expr }) => expr).join("\n");
  const unseen = metrics
    .filter(({ name }) => name.startsWith("certmill_"))
    .filter((metric) => !seriesOf(metric).some((name) => new RegExp(`\\b${name}\\b`).test(shown)))
    .map(({ name }) => name);
  expect(unseen).toEqual([
    "certmill_budget_drift_tokens",
    "certmill_revocations_total",
    "certmill_certificates_expiring_total",
    "certmill_process_roles",
    "certmill_database_pool_size",
    "certmill_ca_status_page",
  ]);
});
