/** The library as npm gets it: what is in the tarball, what others' checks say of it, and that it works. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packLibrary } from "../../tools/package/pack.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import { startPebble } from "../../tools/peers/pebble.ts";
import { type Item, readDeclarations } from "../../tools/reference/library/read-declarations.ts";
import { type ConsumerProject, copySources, openConsumerProject } from "./package/consumer-project.ts";
import { runProgram } from "./support/certmill.ts";

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

let tarball: Uint8Array<ArrayBuffer>;
let project: ConsumerProject;
let items: readonly Item[];

beforeAll(async () => {
  const target = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-tarball-"))).path;
  const file = await packLibrary(target);
  tarball = new Uint8Array(await readFile(file));
  project = opened.use(await openConsumerProject(file));
  const declarations = join(project.directory, "node_modules/@certmill/acme/dist/index.d.ts");
  items = readDeclarations(await readFile(declarations, "utf8")).filter(({ exported }) => exported);
});

describe("the tarball", () => {
  test("holds the built modules, one file of declarations, and what a package needs; no sources, no tests", () => {
    const files = createPackageFromTarballData(tarball)
      .listFiles()
      .map((path) => path.replace("/node_modules/@certmill/acme/", ""));
    const modules = files.filter((path) => /^dist\/.*\.js$/.test(path));
    expect(modules.length).toBeGreaterThan(20);
    expect(modules.filter((path) => path.includes(".test."))).toEqual([]);
    expect(files.filter((path) => !modules.includes(path)).sort()).toEqual([
      "LICENSE",
      "README.md",
      "dist/index.d.ts",
      "package.json",
    ]);
  });

  test("has no fault, and nothing to better, in publint's eyes", async () => {
    const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
    expect(pkg).toMatchObject({ name: "@certmill/acme", type: "module" });
    expect(messages).toEqual([]);
  });

  test("has types that are right for everyone who can import an ES module", async () => {
    const result = await checkPackage(createPackageFromTarballData(tarball));
    if (result.types === false) throw new Error("The tarball has no types.");
    const { resolutions } = result.entrypoints["."] ?? {};
    for (const kind of ["node16-esm", "bundler"] as const) {
      expect(resolutions?.[kind].resolution, kind).toMatchObject({ isTypeScript: true });
      expect(resolutions?.[kind].implementationResolution, kind).toMatchObject({ isTypeScript: false });
    }
    // As `attw --profile esm-only`: what resolves as before `exports`, or by require(), is not what it is for.
    const others = new Set(["node10", "node16-cjs"]);
    const problems = result.problems.filter(
      (problem) => !("resolutionKind" in problem && others.has(problem.resolutionKind)),
    );
    expect(problems).toEqual([]);
  });
});

describe("installed in an empty project", () => {
  const strict = ["--module", "nodenext", "--strict", "--skipLibCheck", "false", "--types", "node"];

  test("every name it declares can be imported, and a program compiles, with every declaration checked", async () => {
    const names = [...new Set(items.map(({ name }) => name))];
    expect(names).toEqual(expect.arrayContaining(["AcmeClient", "obtain", "Order", "http01"]));
    const imports = `import type { ${names.join(", ")} } from "@certmill/acme";\nexport type { ${names.join(", ")} };\n`;
    await writeFile(join(project.directory, "every-name.ts"), imports);
    expect(await project.check(...strict, "every-name.ts", "consumer.ts")).toBe("");

    await writeFile(join(project.directory, "no-name.ts"), 'import { nothing } from "@certmill/acme";\n');
    expect(await project.check(...strict, "no-name.ts")).toMatch(/TS2305/);
  });

  test("it exports the values that it declares, and no other", async () => {
    const script = 'console.log(JSON.stringify(Object.keys(await import("@certmill/acme"))))';
    const node = project.lowestNodeProgram ?? process.execPath;
    const ended = await runProgram(node, ["--input-type=module", "--eval", script], {
      cwd: project.directory,
    });
    expect(ended).toMatchObject({ code: 0 });
    const values = items.filter(({ kind }) => kind === "class" || kind === "function" || kind === "const");
    expect(JSON.parse(ended.stdout)).toEqual([...new Set(values.map(({ name }) => name))].sort());
  });

  test("its sources name nothing that the lowest Node of its engines does not have", async () => {
    expect(await project.check("-p", await copySources(project))).toBe("");
  });

  test("it obtains a certificate from Pebble, under the lowest Node of its engines and under this one", async () => {
    const httpPort = await freePort();
    await using pebble = await startPebble({ httpPort });
    const root = join(project.directory, "pebble-https-root.pem");
    await writeFile(root, pebble.httpsRootPem);
    const env = {
      ACME_DIRECTORY: pebble.directoryUrl,
      CHALLENGE_PORT: String(httpPort),
      NODE_EXTRA_CA_CERTS: root,
    };
    const { lowestNode, lowestNodeProgram } = project;
    const nodes = [
      ...(lowestNodeProgram === null ? [] : [{ version: `v${lowestNode}`, program: lowestNodeProgram }]),
      { version: process.version, program: process.execPath },
    ];
    for (const { version, program } of nodes) {
      const name = `${version.replaceAll(".", "-")}.example.com`;
      const ended = await runProgram(program, ["consumer.ts", name], { cwd: project.directory, env });
      expect(ended, version).toMatchObject({ code: 0 });
      const { node, pem, privateKeyPem } = JSON.parse(ended.stdout);
      expect(node).toBe(version);
      const certificate = new X509Certificate(pem);
      expect(certificate.checkHost(name)).toBe(name);
      expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
    }
  });
});
