import { execFileSync } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { ChildAgent } from "./support/child-agent.ts";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import { chainFor, temporaryDirectory } from "./support/running-agent.ts";
import { TestCa } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

const names = ["a.example.com"];
const first = ca.issue(names);
const second = ca.issue(names);

describe("a disk that refuses", () => {
  test("a full one: reported, nothing lost, and made good when there is room again", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", names, first);
    await using agent = new ChildAgent(server, directory.path);
    await eventually("the first is served", () => server.served().includes("11"));

    // No file of this process may grow any more: what it writes fails as on a full disk.
    execFileSync("prlimit", ["--pid", String(agent.pid), "--fsize=0:unlimited"]);
    server.put("1", "12", names, second);
    await eventually("it is reported", () => server.receipts.some(({ error }) => error !== null));
    expect(server.receipts.at(-1)).toMatchObject({
      certificateId: "12",
      error: expect.stringMatching(/^no file may grow so large here \(a full disk, .*\.pem \(EFBIG\)$/),
    });
    expect(await chainFor(directory.path, "a.example.com")).toBe(first.chainPem);
    await eventually("the state cannot be written either", () =>
      agent.log.includes("the state cannot be written"),
    );

    execFileSync("prlimit", ["--pid", String(agent.pid), "--fsize=unlimited:unlimited"]);
    await eventually("the second is served", () => server.served().includes("12"));
    expect(await chainFor(directory.path, "a.example.com")).toBe(second.chainPem);
    await eventually("the state is written", () => agent.log.includes("the state can be written again"));
    agent.kill("SIGTERM");
    expect(await agent.ending).toEqual({ code: 0, signal: null });
  });

  test("a read-only directory: reported, and made good when it can be written", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", names, first);
    await mkdir(directory.path);
    await chmod(directory.path, 0o555);
    const parent = directory.path.replace(/\/[^/]*$/, "");
    await chmod(parent, 0o755);
    await using agent = new ChildAgent(server, directory.path, { nodeOptions: withoutPrivileges });
    await eventually("it is reported", () => server.receipts.length > 0);
    expect(server.receipts[0]?.error).toMatch(/^this process may not write there: .* \(EACCES\)$/);
    expect(agent.hasEnded).toBe(false);
    await chmod(directory.path, 0o777);
    await eventually("it is served", () => server.served().includes("11"));
  });
});

describe("starting and stopping", () => {
  test("a server that is away is waited for, and said so", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    await server.stop();
    await using agent = new ChildAgent(server, directory.path);
    await eventually("it says so", () => agent.log.includes("Trying again in"));
    expect(agent.log).toMatch(/No answer from http:\/\/127\.0\.0\.1:\d+: .*Check that/);
    server.put("1", "11", names, first);
    await server.start();
    await eventually("it is served", () => server.served().includes("11"));
  });

  test("a token that a new edge is refused with ends it, with what to do", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.fail("edgeSnapshot", "token-rejected");
    await using agent = new ChildAgent(server, directory.path);
    expect((await agent.ending).code).not.toBe(0);
    expect(agent.log).toMatch(/The token is not known here.*certmill token create --scope edge/);
  });

  test("a token that an edge at work is refused with is said, and a new one used without a restart", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", names, first);
    await using agent = new ChildAgent(server, directory.path);
    await eventually("the first is served", () => server.served().includes("11"));
    await writeFile(`${directory.path}.token`, "another\n");
    await eventually("it is said", () => agent.log.includes("The token is not known here"));
    server.put("1", "12", names, second);
    await writeFile(`${directory.path}.token`, `${server.token}\n`);
    await eventually("the second is served", () => server.served().includes("12"));
  });

  test("SIGTERM in the middle of a reload and of a poll: all is written down, exit code 0", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", names, first);
    const argv = ["--reload", `touch ${directory.path}.begun; sleep 0.3`, "--reload-quiet", "0s"];
    {
      await using agent = new ChildAgent(server, directory.path, { argv });
      await eventually("it reloads", async () =>
        (await import("node:fs")).existsSync(`${directory.path}.begun`),
      );
      server.fail("edgeFeed", "hang");
      agent.kill("SIGTERM");
      expect(await agent.ending).toEqual({ code: 0, signal: null });
      expect(agent.log.trimEnd()).toMatch(/info stopped$/);
    }
    await using _again = new ChildAgent(server, directory.path);
    await eventually("the receipt comes", () => server.served().includes("11"));
    expect(server.retrieved).toEqual(["11"]);
  });

  test("help, a wrong command line, and a port that is taken", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    await using helped = new ChildAgent(server, directory.path, { argv: ["--help"] });
    expect(await helped.ending).toEqual({ code: 0, signal: null });
    expect(helped.output).toMatch(/^Usage: certmill edge run/);
    expect(Math.max(...helped.output.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    await using occupied = new ChildAgent(server, directory.path, {
      argv: ["--tls-port", new URL(server.url).port],
    });
    expect((await occupied.ending).code).not.toBe(0);
    expect(occupied.log).toMatch(/Port \d+ cannot be listened on: something else listens on it/);
    await using wrong = new ChildAgent(server, directory.path, { argv: ["--layout", "tar"] });
    expect((await wrong.ending).code).not.toBe(0);
    expect(wrong.log).toContain('--layout must be pair or combined, not "tar"');
  });
});

/** Root may write anywhere: as root, the agent becomes nobody once its modules are read. */
const nobody = 65_534;
const dropPrivileges = `process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody});`;
const withoutPrivileges =
  process.getuid?.() === 0
    ? ["--import", `data:text/javascript,setImmediate(() => { ${dropPrivileges} })`]
    : [];
