/**
 * The TypeScript blocks of the library's README, each compiled strictly and run whole, in a process of its own,
 * against Pebble. The README stays clean, as three things are understood:
 *
 * - `https://ca.example.com/directory` is the CA. Its root is one of the machine's roots.
 * - `site`, `store` and `publishers` are the reader's own: see readme/surroundings.ts. Nothing else is.
 * - Names end in example.com, and each of them is this machine.
 *
 * A block that names the CA must end with a certificate issued.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { library, root, workFolder } from "../../tools/package/build.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import { type Pebble, startPebble } from "../../tools/peers/pebble.ts";
import { type Example, readExamples } from "./readme/read-examples.ts";
import { type Ended, runProgram } from "./support/certmill.ts";

const caUrl = "https://ca.example.com/directory";
const surroundings = new URL("readme/surroundings.ts", import.meta.url).pathname;

const examples = readExamples(await readFile(join(library, "README.md"), "utf8"));
const named = examples.map((example) => [`${example.heading}, line ${example.line}`, example] as const);

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

let directory: string;
let pebble: Pebble;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  directory = opened.use(await workFolder()).path;
  const httpPort = await freePort();
  pebble = opened.use(await startPebble({ httpPort, release: "newer" }));
  const rootFile = join(directory, "pebble-https-root.pem");
  await writeFile(rootFile, pebble.httpsRootPem);
  env = { CHALLENGE_PORT: String(httpPort), NODE_EXTRA_CA_CERTS: rootFile };
  for (const example of examples) await writeFile(fileOf(example), programOf(example));
});

const fileOf = ({ line }: Example): string => join(directory, `line-${line}.ts`);

/** The surroundings stand on the first line, so that faults name the README's own lines, counted in the block. */
function programOf({ code }: Example): string {
  const own = ["publishers", "site", "store"].filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  const imports = own.length === 0 ? "" : `import { ${own.join(", ")} } from "${surroundings}"; `;
  return `${imports}${code.replaceAll(caUrl, pebble.directoryUrl)}`;
}

/** The last certificate that Pebble tells of; "" before the first. */
const lastIssued = (): string =>
  pebble
    .output()
    .match(/Issued certificate serial \S+/g)
    ?.at(-1) ?? "";

test("there are examples, and none of them asks the Internet", () => {
  expect(examples.filter(({ code }) => code.includes(caUrl))).not.toEqual([]);
  for (const { code } of examples) {
    const hosts = [...code.matchAll(/https?:\/\/([\w.-]+)/g)].map(([, host]) => host);
    expect(hosts.filter((host) => host !== "example.com" && host?.endsWith(".example.com") !== true)).toEqual(
      [],
    );
  }
});

test("no code escapes by the name of its language", () => {
  const markdown = "# A\n\n```sh\nnpm i\n```\n\n## B\n\n```ts\none();\n```\n";
  expect(readExamples(markdown)).toEqual([{ heading: "B", line: 10, code: "one();\n" }]);
  for (const language of ["js", "typescript", "ts fragment", ""]) {
    expect(() => readExamples(`\`\`\`${language}\none();\n\`\`\`\n`)).toThrow(/code block/);
  }
});

test("they compile", async () => {
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: { types: ["node"] },
    files: examples.map(fileOf),
  };
  const file = join(directory, "tsconfig.json");
  await writeFile(file, JSON.stringify(config));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const ended = await runProgram(process.execPath, [compiler, "-p", file]);
  expect(ended).toEqual({ code: 0, stdout: "", stderr: "" } satisfies Ended);
});

test.each(named)("%s: runs to its end", async (_, example) => {
  const before = lastIssued();
  const ended = await runProgram(process.execPath, [fileOf(example)], { cwd: directory, env });
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(lastIssued() !== before, "a certificate was issued").toBe(example.code.includes(caUrl));
});
