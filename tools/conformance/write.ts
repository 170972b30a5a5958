/**
 * Writes docs/conformance.md from packages/acme/conformance, and looks whether every test that is named there is
 * there. With `--check` writes nothing, and ends with 1 when the page is not what would be written; with `--strict`
 * also when a clause is not shown yet.
 */
import "../require-node.mjs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { specifications } from "../../packages/acme/conformance/specifications.ts";
import { judge } from "./judge.ts";
import { conformancePage } from "./page.ts";

const root = join(import.meta.dirname, "../..");
const name = "docs/conformance.md";
const file = join(root, name);
const check = process.argv.includes("--check");
const strict = process.argv.includes("--strict");

const { clauses, faults, missing } = judge(specifications, root);
const wanted = conformancePage(specifications);
const isStale = wanted !== (await readFile(file, "utf8").catch(() => null));
if (isStale && !check) await writeFile(file, wanted);

for (const fault of faults) console.log(fault);
if (isStale) {
  console.log(
    check
      ? `Not what the clauses say: ${name}. Run: npx node tools/conformance/write.ts`
      : `Written: ${name}`,
  );
}
if (missing.length > 0) console.log(`Not shown yet: ${missing.join(", ")}`);
console.log(`${clauses} clauses, ${faults.length} faults, ${missing.length} not shown yet`);
const failed = faults.length > 0 || (check && isStale) || (strict && missing.length > 0);
process.exitCode = failed ? 1 : 0;
