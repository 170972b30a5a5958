/** What a start loads decides how soon it is there, and how much memory it takes for good. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("../src/certmill.mjs", import.meta.url));

/** Tells on stderr, when the process ends, which modules it has loaded; V8's bounds start it anew, with this again. */
const teller = `
  import { registerHooks } from "node:module";
  const seen = new Set();
  registerHooks({ load: (url, context, next) => { seen.add(url); return next(url, context); } });
  process.on("exit", () => process.stderr.write(JSON.stringify([...seen])));
`;

async function loadedBy(args: readonly string[]): Promise<readonly string[]> {
  const tell = `data:text/javascript,${encodeURIComponent(teller)}`;
  const { stderr } = await promisify(execFile)(process.execPath, ["--import", tell, program, ...args]);
  return JSON.parse(stderr);
}

/** The packages of others, and the parts of TypeBox. */
function packagesOf(urls: readonly string[]): readonly string[] {
  const names = urls.map((url) => /\/node_modules\/((?:@[^/]+\/|typebox\/build\/)?[^/]+)/.exec(url)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

test("the agent loads no client of ACME, no schemas and no other command", async () => {
  const urls = await loadedBy(["edge", "run", "--help"]);
  expect(urls.filter((url) => url.endsWith("/packages/edge/src/agent.ts"))).toHaveLength(1);
  expect(packagesOf(urls)).toEqual(["@js-sdsl/ordered-map"]);
});

test("a client command loads the schemas, but not what checks by them", async () => {
  const packages = packagesOf(await loadedBy(["status", "--help"]));
  expect(packages).toContain("commander");
  expect(packages).toContain("typebox/build/type");
  for (const part of ["undici", "typebox/build/value", "typebox/build/compile"])
    expect(packages).not.toContain(part);
});
