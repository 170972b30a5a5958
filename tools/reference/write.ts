/**
 * Writes docs/reference/ and deploy/grafana/ from the code that they describe; with `--check` writes nothing and ends with 1 when
 * a page is not what the code says. Either way it ends with 1 when a public name has no docstring.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { acmeReference, readLibrary } from "./acme.ts";
import { cliReference } from "./cli.ts";
import { dashboardJson } from "./dashboard-json.ts";
import { dashboards } from "./dashboards.ts";
import { undocumented } from "./library/undocumented.ts";
import { metricsReference } from "./metrics.ts";
import { openapiReference } from "./openapi.ts";
import { problemsReference } from "./problems.ts";
import { settingsReference } from "./settings.ts";

const root = new URL("../../", import.meta.url);

const library = await readLibrary();

const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  "docs/reference/settings.md": settingsReference,
  "docs/reference/cli.md": cliReference,
  "docs/reference/problems.md": problemsReference,
  "docs/reference/metrics.md": metricsReference,
  "docs/reference/openapi.json": openapiReference,
  "docs/reference/acme.md": () => acmeReference(library),
  ...Object.fromEntries(
    dashboards.map((dashboard) => [`deploy/grafana/${dashboard.uid}.json`, () => dashboardJson(dashboard)]),
  ),
};

const check = process.argv.includes("--check");
for (const folder of ["docs/reference", "deploy/grafana"])
  await mkdir(new URL(folder, root), { recursive: true });
const stale: string[] = [];
for (const [name, text] of Object.entries(pages)) {
  const file = new URL(name, root);
  const [wanted, present] = [await text(), await readFile(file, "utf8").catch(() => null)];
  if (wanted === present) continue;
  stale.push(name);
  if (!check) await writeFile(file, wanted);
}
if (stale.length > 0) {
  const list = stale.join(", ");
  process.stdout.write(
    check ? `Not what the code says: ${list}. Run: npm run reference\n` : `Written: ${list}\n`,
  );
}
const silent = undocumented(library);
if (silent.length > 0) {
  process.stdout.write(`Public in @certmill/acme without a docstring: ${silent.join(", ")}\n`);
}
process.exitCode = (check && stale.length > 0) || silent.length > 0 ? 1 : 0;
