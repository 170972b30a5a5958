import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonLines, outcomeOf, startCli } from "./support/run-cli.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ wrongNames: { "*.wrong.example.com": "connection" } });
  await addSimCa(server);
});

afterAll(() => server[Symbol.asyncDispose]());

describe("domain add --wait", () => {
  test("shows the steps with their durations and ends when the certificate is stored", async () => {
    const { code, stdout } = await server.run(["domain", "add", "shop.example.com", "--with-www", "--wait"]);
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}The domain was added\.$/m);
    expect(stdout).toMatch(/validated the names\. \(.+ m?s\)$/m);
    expect(stdout).toMatch(/^shop\.example\.com has its certificate, valid until \d{4}-\d\d-\d\d\.\n$/m);
    expect(code).toBe(0);
  });

  test("says why not and when it tries again", async () => {
    const { code, stdout } = await server.run(["domain", "add", "a.wrong.example.com", "--wait"]);
    expect(stdout).toMatch(/could not connect to port 80/);
    expect(stdout).toMatch(/^a\.wrong\.example\.com got no certificate\.\nNext try: \d{4}-.+ \(in .+\)\n$/m);
    expect(code).toBe(1);
  });

  test("as JSON: each fact on a line, and at last the domain", async () => {
    const args = ["domain", "add", "json.example.com", "--tenant", "acme", "--wait", "--json"];
    const { code, stdout } = await server.run(args);
    const documents = jsonLines(stdout);
    expect(documents[0]).toMatchObject({ event: { kind: "domain.added" } });
    expect(documents.at(-1)).toMatchObject({ domain: { state: "active", tenant: "acme" } });
    expect(code).toBe(0);
  });

  describe("while the CA is away", () => {
    let slow: TestServer;

    beforeAll(async () => {
      slow = await startTestServer();
      await addSimCa(slow);
      await slow.simCa.close();
    });

    afterAll(() => slow[Symbol.asyncDispose]());

    test("Ctrl-C stops the watching, not the order", async () => {
      const watching = startCli(["domain", "add", "slow.example.com", "--wait"], { env: slow.env });
      watching.stdout.once("data", () => watching.kill("SIGINT"));
      const { code, stderr } = await outcomeOf(watching);
      expect(stderr).toMatch(/^Stopped watching; the server goes on\. Look again: certmill domain show /);
      expect(code).toBe(130);
      const { stdout } = await slow.run(["domain", "show", "slow.example.com", "--json"]);
      expect(jsonLines(stdout)).toMatchObject([{ state: "issuing" }]);
    });

    test("--timeout ends the waiting", async () => {
      const { code, stderr } = await slow.run([
        "domain",
        "add",
        "late.example.com",
        "--wait",
        "--timeout",
        "1",
      ]);
      expect(stderr).toMatch(
        /^certmill: late\.example\.com has got no certificate after 1 s; the server goes on\.$/m,
      );
      expect(code).toBe(7);
    });
  });
});

describe("what is there", () => {
  beforeAll(async () => {
    await server.run(["domain", "add", "there.example.com", "--alias", "also.there.example.com", "--wait"]);
  });

  test("domain show tells all of it", async () => {
    const { code, stdout } = await server.run(["domain", "show", "there.example.com"]);
    expect(stdout).toMatch(/^there\.example\.com {2}active$/m);
    expect(stdout).toMatch(/^Names +there\.example\.com, also\.there\.example\.com$/m);
    expect(stdout).toMatch(/^Valid until +\d{4}-.+ \(in \d+ d\)$/m);
    expect(stdout).toMatch(/^Timeline$/m);
    expect(code).toBe(0);
  });

  test("domain list is a table of names, or a document a line", async () => {
    const { stdout } = await server.run(["domain", "list", "--prefix", "there"]);
    expect(stdout).toMatch(
      /^NAME +STATE +EXPIRES +NEXT TRY +TENANT\nthere\.example\.com +active +\d{4}-\d\d-\d\d /,
    );
    const json = await server.run(["domain", "list", "--prefix", "there", "--json"]);
    expect(jsonLines(json.stdout)).toMatchObject([{ name: "there.example.com", state: "active" }]);
  });

  test("domain list stops at its limit and says that there is more", async () => {
    const { stdout, stderr } = await server.run(["domain", "list", "--limit", "1"]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(2);
    expect(stderr).toMatch(/--all shows all/);
  });

  test("a filter that fits nothing says so and prints nothing", async () => {
    const { code, stdout, stderr } = await server.run(["domain", "list", "--tenant", "nobody"]);
    expect([code, stdout, stderr]).toEqual([0, "", "No domains.\n"]);
  });

  test("certificate show and list", async () => {
    const shown = await server.run(["certificate", "show", "--domain", "also.there.example.com", "--json"]);
    const [certificate] = jsonLines(shown.stdout) as [{ id: string; names: string[] }];
    expect(certificate.names.toSorted()).toEqual(["also.there.example.com", "there.example.com"]);
    const byId = await server.run(["certificate", "show", certificate.id]);
    expect(byId.stdout).toMatch(/^Current +yes$/m);
    const listed = await server.run(["certificate", "list", "--domain", "there.example.com"]);
    expect(listed.stdout).toMatch(/^[a-z.]+ \+1 +\d+ +\d{4}-\d\d-\d\d +yes +sim$/m);
  });

  test("certificate export writes both files with their modes, and leaves nothing else", async () => {
    const out = join(server.dataDir, "export", "there");
    const { code } = await server.run([
      "certificate",
      "export",
      "--domain",
      "there.example.com",
      "--out",
      out,
    ]);
    expect(code).toBe(0);
    expect((await stat(join(out, "fullchain.pem"))).mode & 0o777).toBe(0o644);
    expect((await stat(join(out, "privkey.pem"))).mode & 0o777).toBe(0o600);
    expect((await stat(out)).mode & 0o777).toBe(0o700);
  });

  test("certificate export to where nothing can be written says so", async () => {
    const args = ["certificate", "export", "--domain", "there.example.com", "--out", "/dev/null/x"];
    const { code, stderr } = await server.run(args);
    expect(stderr).toMatch(/^certmill: The directory \/dev\/null\/x cannot be written: .+ \(ENOTDIR\)\.$/m);
    expect(code).toBe(2);
  });

  test("status", async () => {
    const { code, stdout } = await server.run(["status"]);
    expect(stdout).toMatch(
      /^Domains +\d+ waiting, \d+ queued, \d+ issuing, \d+ delivering, \d+ active, \d+ failing, \d+ paused, \d+ failed, \d+ moved, \d+ removed$/m,
    );
    expect(stdout).toMatch(/^sim +\d+\/64 +yes +http/m);
    expect(code).toBe(0);
  });
});

describe("domain remove", () => {
  test("does not remove what nobody was asked about", async () => {
    await server.run(["domain", "add", "gone.example.com"]);
    const { code, stderr } = await server.run(["domain", "remove", "gone.example.com"]);
    expect(stderr).toMatch(/--yes/);
    expect(code).toBe(2);
  });

  test("--yes removes all names of the certificate, and says what stays valid", async () => {
    await server.run(["domain", "add", "gone2.example.com", "--with-www", "--wait"]);
    const { code, stdout } = await server.run(["domain", "remove", "gone2.example.com", "--yes"]);
    const [first, second, third, fourth] = stdout.split("\n");
    expect(first).toBe("Removed: gone2.example.com, www.gone2.example.com");
    expect(second).toBe("Still valid at the certificate authority, as nobody revoked it:");
    expect(third).toMatch(
      /^ {2}certificate \d+ \(.+, serial [0-9a-f]+\) until \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
    );
    expect(fourth).toMatch(/^Its private keys are destroyed at \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\.$/);
    expect(code).toBe(0);
    const shown = await server.run(["domain", "show", "gone2.example.com", "--json"]);
    expect(jsonLines(shown.stdout)).toMatchObject([{ state: "removed" }]);
  });
});

describe("a no of the server", () => {
  test("a domain that is there already", async () => {
    await server.run(["domain", "add", "twice.example.com"]);
    const { code, stderr } = await server.run(["domain", "add", "twice.example.com"]);
    expect(stderr).toMatch(/covered already/);
    expect(stderr).toMatch(/certmill domain show/);
    expect(code).toBe(1);
  });

  test("a name that cannot be covered", async () => {
    const { code, stderr } = await server.run(["domain", "add", "bad-.example.com"]);
    expect(stderr).toMatch(/begins or ends with a hyphen/);
    expect(code).toBe(2);
  });

  test("as JSON, on standard error", async () => {
    const { code, stdout, stderr } = await server.run(["domain", "show", "nobody.example.com", "--json"]);
    expect(stdout).toBe("");
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "not-found" } });
    expect(code).toBe(5);
  });

  test("terms that are not agreed to are named with the option that agrees", async () => {
    const args = ["ca", "add", "other", "--directory", server.simCa.directoryUrl];
    const { code, stderr } = await server.run(args);
    expect(stderr).toMatch(/\/terms, then run the command again with --agree-tos/);
    expect(code).toBe(2);
  });
});
