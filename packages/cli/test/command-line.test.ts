import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../tools/peers/free-port.ts";
import { until } from "../../../tools/peers/until.ts";
import { examplesOf } from "../src/examples.ts";
import { exitCodes } from "../src/exit-code.ts";
import { buildProgram } from "../src/program.ts";
import { outcomeOf, startCli } from "./support/run-cli.ts";
import { runCli } from "./support/run-here.ts";

let nobody: string;
let directory: Awaited<ReturnType<typeof mkdtempDisposable>>;

beforeAll(async () => {
  nobody = `http://127.0.0.1:${await freePort()}`;
  directory = await mkdtempDisposable(join(tmpdir(), "certmill-cli-"));
});

afterAll(() => directory.remove());

const leavesOf = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

describe("every command", () => {
  const commands = leavesOf(buildProgram("1.2.3")).map((command) => [pathOf(command), command] as const);

  test.each(commands)("%s has a description and an example of its own", (path, command) => {
    expect(command.description()).not.toBe("");
    const examples = examplesOf(command);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example).toContain(path);
  });

  test.each(commands)("%s explains itself within 80 columns", (_, command) => {
    const help = command.configureHelp({ helpWidth: 80 }).helpInformation();
    for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

test("exit codes are all different", () => {
  const codes = Object.values(exitCodes).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});

describe("a wrong command line ends with 2 and a hint", () => {
  test.each([
    [["domain", "list", "--jso"], /Did you mean --json\?/],
    [["domian", "list"], /Did you mean domain\?/],
    [["domain", "add"], /missing required argument 'name'/],
    [
      ["domain", "list", "--state", "gone"],
      /Allowed choices are waiting, queued, issuing, delivering, active, failing, paused, failed, moved, removed/,
    ],
    [["domain", "list", "--limit", "0"], /whole number, 1 or more/],
    [["token", "create", "--scope", "tenant"], /needs --tenant NAME/],
    [["token", "create", "--scope", "edge", "--tenant", "acme"], /--tenant goes with --scope tenant/],
    [["ca", "add", "letsencript"], /no built-in CA \(letsencrypt, letsencrypt-staging, zerossl, google\)/],
    [["ca", "add", "https://ca.example.com/directory"], /add --name NAME/],
    [["ca", "add", "letsencrypt", "--eab-kid", "kid"], /both --eab-kid and --eab-hmac-key-file/],
    [["ca", "add", "letsencrypt", "--root", "/no/such.pem"], /no such file \(ENOENT\)/],
    [["ca", "set", "le"], /Nothing is to be changed: name one of --weight/],
    [["tenant", "set", "acme"], /with --ca A,B, or say --any-ca/],
    [["certificate", "show"], /by its id, or with --domain NAME/],
    [["certificate", "show", "1", "--domain", "a.example.com"], /by its id, or with --domain NAME/],
    [["status", "--url", "localhost:8400"], /is not the address of a server/],
    [["status", "--token-file", "/no/such/token"], /The token file \/no\/such\/token cannot be read/],
    [["responder", "snippet", "iis"], /Allowed choices are nginx, haproxy, caddy, apache/],
    [["responder", "snippet", "nginx", "--responder", "a;b:80"], /must be HOST:PORT/],
    [["responder", "snippet", "nginx", "--responder", "10.0.0.1:65536"], /must be HOST:PORT/],
  ] as const)("certmill %j", async (args, message) => {
    const { code, stdout, stderr } = await runCli(args, { cwd: directory.path });
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

describe("what is asked for is no error", () => {
  test.each([
    [["--help"], /^Usage: certmill /],
    [["--version"], /^\d+\.\d+\.\d+\n$/],
    [["help", "domain"], /^Usage: certmill domain /],
    [["domain", "import", "--help"], /^Usage: certmill domain import /],
    [["sim", "ca", "--help"], /^Usage: certmill sim ca /],
    [["edge", "run", "--help"], /^Usage: certmill edge run /],
  ] as const)("certmill %j", async (args, text) => {
    const { code, stdout } = await runCli(args);
    expect(stdout).toMatch(text);
    expect(code).toBe(0);
  });
});

describe("a server that cannot be asked", () => {
  test("ends with 3 and says where nobody answered", async () => {
    const { code, stderr } = await runCli(["status", "--url", nobody], { cwd: directory.path });
    expect(stderr).toMatch(
      /^certmill: No answer from http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED.+certmill serve/,
    );
    expect(code).toBe(3);
  });

  test("the same as JSON", async () => {
    const { code, stderr } = await runCli(["status", "--json"], { env: { CERTMILL_URL: nobody } });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "server-unreachable" } });
    expect(code).toBe(3);
  });

  test("a file that holds no token is told before", async () => {
    const file = join(directory.path, "empty-token");
    await writeFile(file, "\n");
    const { code, stderr } = await runCli(["status", "--url", nobody], {
      env: { CERTMILL_TOKEN_FILE: file },
    });
    expect(stderr).toMatch(/has no token in it/);
    expect(code).toBe(2);
  });
});

describe("key create", () => {
  test("puts a new key before those that are there, with mode 0600", async () => {
    const file = join(directory.path, "keys");
    const first = await runCli(["key", "create", file, "--json"]);
    const { id } = JSON.parse(first.stdout) as { id: string };
    const { code } = await runCli(["key", "create", file]);
    expect(code).toBe(0);
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(`${id} `);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test("leaves a file alone that is none", async () => {
    const file = join(directory.path, "notes.txt");
    await writeFile(file, "# notes\nremember the milk\n");
    const { code, stderr } = await runCli(["key", "create", file]);
    expect(stderr).toMatch(/its line 2 is not/);
    expect(code).toBe(2);
    expect(await readFile(file, "utf8")).toBe("# notes\nremember the milk\n");
  });
});

describe("serve", () => {
  test("a wrong setting ends with 2 and is named", async () => {
    const child = startCli(["serve", "--role", "api,cook"], { cwd: directory.path });
    const { code, stderr } = await outcomeOf(child);
    expect(stderr).toMatch(/roles \(CERTMILL_ROLES\) must be api, worker and responder/);
    expect(code).toBe(2);
  });

  test("serves until SIGTERM", async () => {
    const env = { CERTMILL_API_LISTEN: "127.0.0.1:0", CERTMILL_RESPONDER_LISTEN: "127.0.0.1:0" };
    const child = startCli(["serve", "--role", "api,responder"], { cwd: directory.path, env });
    child.stdout.resume();
    let log = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    const apiOf = () => /"event":"ready","api":"([^"]+)"/.exec(log)?.[1];
    await until({ what: "the server to be ready", probe: () => apiOf() !== undefined, within: 100_000 });
    const alive = await fetch(`${apiOf()}/livez`);
    expect(await alive.json()).toEqual({ alive: true });
    child.kill("SIGTERM");
    const [code] = await once(child, "close");
    expect(code).toBe(0);
  });
});

test("a reader that leaves early is no error", async () => {
  const certmill = `"${process.execPath}" src/certmill.mjs --help`;
  const shell = spawn("bash", ["-c", `set -o pipefail; ${certmill} | head -c 1 > /dev/null`], {
    cwd: new URL("..", import.meta.url),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [stderr, [code]] = await Promise.all([shell.stderr.toArray(), once(shell, "close")]);
  expect(Buffer.concat(stderr).toString()).toBe("");
  expect(code).toBe(0);
});
