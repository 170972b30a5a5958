/** What is told when something cannot be done: what is wrong and what to do, with an exit code and as JSON. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;
let acme: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = await startTestServer();
  await addSimCa(server);
  await good("domain add shop.example.com --tenant acme");
  await good("domain add other.example.com --tenant rival");
  await good("domain add gone.example.com");
  await good("domain remove gone.example.com --yes");
  await good("campaign create - --name spring", "a.example.com\nb.example.com\n");
  await good("campaign cancel spring --yes");
  await good("replace --ca sim --dry-run");
  const { token } = JSON.parse(await good("token create --name acme --scope tenant --tenant acme --json"));
  acme = { CERTMILL_TOKEN: token };
});

afterAll(() => server[Symbol.asyncDispose]());

async function good(line: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await server.run(line.split(" "), input === undefined ? {} : { input });
  expect([line, code, stderr]).toEqual([
    line,
    0,
    line.includes("--dry-run") ? "Nothing was done.\n" : stderr,
  ]);
  return stdout;
}

const unknown = /^certmill: There is no domain none\.example\.com\. Check the spelling\. A token/;
const removed = /^certmill: gone\.example\.com was removed\.\nAdd it again: certmill domain add NAME\n$/;
const another = /^certmill: There is no domain other\.example\.com\./;
const unasked = /^certmill: This asks before it goes on, and nobody can answer here\.\nAdd --yes/;
const noCampaign = /^certmill: There is no campaign none: see certmill campaign list\./;
const noReplacement = /^certmill: There is no replacement 99: see certmill replace list\./;
const notAdmin =
  /^certmill: The token "acme" has the scope tenant; this needs admin\.\nName a token of that scope/;
const ended = (what: string, wish: string) =>
  new RegExp(`^certmill: ${what} is cancelled and cannot be ${wish}\\. That is for good: .+ Look at it with`);

describe("a domain", () => {
  test.each([
    ["domain pause none.example.com", 5, unknown],
    ["domain resume none.example.com", 5, unknown],
    ["domain retry none.example.com", 5, unknown],
    ["domain remove none.example.com --yes", 5, unknown],
    ["domain pause gone.example.com", 1, removed],
    ["domain resume gone.example.com", 1, removed],
    ["domain retry gone.example.com", 1, removed],
    ["domain remove shop.example.com", 2, unasked],
  ])("%s", async (line, code, said) => {
    const told = await server.run(line.split(" "));
    expect(told).toEqual({ code, stdout: "", stderr: expect.stringMatching(said) });
  });

  test.each(["pause", "resume", "retry", "remove --yes"])(
    "%s: another tenant's is not there",
    async (act) => {
      const [verb = "", ...more] = act.split(" ");
      const told = await server.run(["domain", verb, "other.example.com", ...more], { env: acme });
      expect(told).toEqual({ code: 5, stdout: "", stderr: expect.stringMatching(another) });
    },
  );
});

describe("a campaign", () => {
  test.each([
    ["campaign show none", 5, noCampaign],
    ["campaign pause none", 5, noCampaign],
    ["campaign resume none", 5, noCampaign],
    ["campaign cancel none --yes", 5, noCampaign],
    ["campaign cancel spring", 2, unasked],
    ["campaign pause spring", 1, ended("The campaign spring", "paused")],
    ["campaign resume spring", 1, ended("The campaign spring", "resumed")],
  ])("%s", async (line, code, said) => {
    const told = await server.run(line.split(" "));
    expect(told).toEqual({ code, stdout: "", stderr: expect.stringMatching(said) });
  });

  test.each([
    ["spring", 1, /^certmill: The campaign spring is cancelled\. .+choose another name\.\n$/],
    [
      "has/slash",
      2,
      /^certmill: The request has one fault\.\n {2}name: It may have letters, digits, .+\.\nCorrect it and run/,
    ],
    [
      "empty",
      2,
      /^certmill: The campaign empty has no domains\.\nRun the command again with .+ campaign cancel NAME\n$/,
    ],
  ])("to be made, named %s", async (name, code, said) => {
    const told = await server.run(["campaign", "create", "-", "--name", name], { input: "\n" });
    expect([told.code, told.stderr]).toEqual([code, expect.stringMatching(said)]);
  });

  test.each(["pause", "resume", "cancel --yes", "show"])("%s: not for a tenant", async (act) => {
    const [verb = "", ...more] = act.split(" ");
    const told = await server.run(["campaign", verb, "spring", ...more], { env: acme });
    expect(told).toEqual({ code: 4, stdout: "", stderr: expect.stringMatching(notAdmin) });
  });
});

describe("a replacement", () => {
  test.each([
    ["replace show 99", 5, noReplacement],
    ["replace pause 99", 5, noReplacement],
    ["replace resume 99", 5, noReplacement],
    ["replace cancel 99 --yes", 5, noReplacement],
    ["replace pause", 1, ended("Replacement 1", "paused")],
    ["replace resume", 1, ended("Replacement 1", "resumed")],
    ["replace cancel", 2, unasked],
    ["replace --ca none", 2, /^certmill: There is no CA "none"; there are: sim\.\n/],
  ])("%s", async (line, code, said) => {
    const told = await server.run(line.split(" "));
    expect(told).toEqual({ code, stdout: "", stderr: expect.stringMatching(said) });
  });
});

test.each([
  ["domain pause none.example.com --json", 5, "not-found"],
  ["domain retry gone.example.com --json", 1, "domain-removed"],
  ["campaign resume spring --json", 1, "campaign-state"],
  ["replace pause --json", 1, "replacement-state"],
  ["domain remove shop.example.com --json", 2, "bad-input"],
  ["domain pause --json", 2, "bad-input"],
  ["campaign pause spring --jsonn --json", 2, "bad-input"],
])("%s is one document on standard error", async (line, code, error) => {
  const told = await server.run(line.split(" "));
  expect([told.code, told.stdout]).toEqual([code, ""]);
  expect(JSON.parse(told.stderr)).toEqual({
    error: { code: error, message: expect.stringMatching(/\S/), more: expect.any(Array) },
  });
});
