import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Fate, startBrokenWay } from "./support/broken-way.ts";
import { jsonLines, outcomeOf, startCli } from "./support/run-cli.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ alwaysValid: true });
  await addSimCa(server);
});

afterAll(() => server[Symbol.asyncDispose]());

const names = (word: string, count: number): string =>
  Array.from({ length: count }, (_, n) => `${word}${n}.example.com\n`).join("");

async function listFile(name: string, content: string): Promise<string> {
  const path = join(server.dataDir, name);
  await writeFile(path, content);
  return path;
}

test("good rows go in though others are bad; the bad ones are reported with line and reason", async () => {
  const rows = [
    "domain,tenant,aliases",
    "Good.example.com.,acme,www.good.example.com",
    "-bad.example.com",
    "two words,x y",
  ];
  const path = await listFile("mixed.csv", rows.join("\r\n"));
  const { code, stdout, stderr } = await server.run(["domain", "import", path]);
  expect(stdout).toMatch(/^3 rows in .+: 1 added, 0 unchanged, 2 rejected\n$/);
  expect(stderr).toMatch(/^line 3: -bad\.example\.com: .+ hyphen\.$/m);
  expect(stderr).toContain(`${path}.rejects.csv`);
  expect(code).toBe(6);
  const report = await readFile(`${path}.rejects.csv`, "utf8");
  expect(report.split("\r\n").map((line) => line.split(",").slice(0, 3))).toEqual([
    ["line", "domain", "code"],
    ["3", "-bad.example.com", "bad-label"],
    ["4", "two words", "tenant-invalid"],
    [""],
  ]);
});

test("the same list twice changes nothing", async () => {
  const path = await listFile("twice.txt", names("twice", 10));
  const first = await server.run(["domain", "import", path, "--json"]);
  expect(jsonLines(first.stdout)).toMatchObject([{ rows: 10, added: 10, rejected: 0, rejectsFile: null }]);
  const second = await server.run(["domain", "import", path, "--json"]);
  expect(jsonLines(second.stdout)).toMatchObject([{ complete: true, rows: 10, added: 0, unchanged: 10 }]);
  expect(second.code).toBe(0);
});

test("--dry-run says what would happen and changes nothing", async () => {
  const { stdout } = await server.run(["domain", "import", "-", "--dry-run"], { input: names("dry", 3) });
  expect(stdout).toMatch(/^dry run, nothing was changed: 3 rows in .+: 3 added/);
  const listed = await server.run(["domain", "list", "--prefix", "dry", "--json"]);
  expect(listed.stdout).toBe("");
});

test("many batches from standard input, an IDN among them", async () => {
  const input = `${names("many", 4_999)}münchen.example.com`;
  const { code, stdout } = await server.run(["domain", "import", "-", "--json"], { input });
  expect(jsonLines(stdout)).toMatchObject([{ rows: 5_000, added: 5_000, throughLine: 5_000 }]);
  expect(code).toBe(0);
});

test("a row that stands there with other names is a reject, not a change", async () => {
  await server.run(["domain", "add", "kept.example.com", "--with-www"]);
  const rejects = join(server.dataDir, "kept.csv");
  const args = ["domain", "import", "-", "--json", "--rejects", rejects];
  const { code, stdout } = await server.run(args, { input: "kept.example.com\n" });
  expect(jsonLines(stdout)).toMatchObject([{ added: 0, rejected: 1, rejectsFile: rejects }]);
  expect(await readFile(rejects, "utf8")).toMatch(/^1,kept\.example\.com,domain-exists,/m);
  expect(code).toBe(6);
});

test("a list that cannot be read is told before anything is sent", async () => {
  const { code, stderr } = await server.run(["domain", "import", "/no/such/list.csv"]);
  expect(stderr).toBe(
    "certmill: The list /no/such/list.csv cannot be read: there is no such file (ENOENT).\n",
  );
  expect(code).toBe(2);
});

describe("a way that breaks", () => {
  test("what is lost midway is sent again: nothing is missing, nothing is counted twice", async () => {
    const fates: readonly Fate[] = ["arrives", "arrives", "lost", "arrives", "answer-lost", "unavailable"];
    await using way = await startBrokenWay(server.url, (request) => fates[request - 1] ?? "arrives");
    const args = ["domain", "import", "-", "--json", "--url", way.url];
    const { code, stdout, stderr } = await server.run(args, { input: names("lossy", 12_000) });
    const [end] = jsonLines(stdout) as [{ rows: number; added: number; unchanged: number }];
    expect(end).toMatchObject({ complete: true, rows: 12_000, rejected: 0 });
    expect(end.added + end.unchanged).toBe(12_000);
    expect(stderr).toMatch(/Trying again\.$/m);
    expect(stderr).toMatch(/^The server answers again\.$/m);
    expect(code).toBe(0);
  });

  test("what stays lost ends the import with a word on how far it came", async () => {
    await using way = await startBrokenWay(server.url, (request) => (request <= 2 ? "arrives" : "lost"));
    const args = ["domain", "import", "-", "--json", "--give-up-after", "0", "--url", way.url];
    const { code, stdout, stderr } = await server.run(args, { input: names("cut", 12_000) });
    expect(jsonLines(stdout)).toMatchObject([{ complete: false, rows: 2_000, throughLine: 2_000 }]);
    expect(stderr).toMatch(/^Stopped: every row up to line 2,000 is done\./m);
    expect(code).toBe(3);
    const again = await server.run(["domain", "import", "-", "--json"], { input: names("cut", 12_000) });
    expect(jsonLines(again.stdout)).toMatchObject([{ complete: true, rows: 12_000, rejected: 0 }]);
  });

  test("a server that never answered is told at once", async () => {
    await using way = await startBrokenWay(server.url, () => "lost");
    const { code, stdout, stderr } = await server.run(["domain", "import", "-", "--url", way.url], {
      input: names("never", 10),
    });
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^certmill: No answer from /);
    expect(code).toBe(3);
  });

  test("Ctrl-C ends it, even while it waits for more of the list", async () => {
    const { promise: asked, resolve: onRequest } = Promise.withResolvers<void>();
    await using way = await startBrokenWay(server.url, (request) => {
      if (request === 2) onRequest();
      return "arrives";
    });
    const child = startCli(["domain", "import", "-", "--url", way.url], { env: server.env });
    child.stdin.write(names("half", 2_100));
    await asked;
    const started = await readFile(`/proc/${child.pid}/cmdline`, "utf8");
    expect(started, "a list as long as it likes takes no more memory").toContain("--max-semi-space-size=");
    child.kill("SIGINT");
    const { code, stderr } = await outcomeOf(child);
    expect(stderr).toMatch(/^Stopped: every row up to line [\d,]+ is done\./m);
    expect(code).toBe(130);
  });
});
