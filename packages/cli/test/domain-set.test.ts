import { afterAll, beforeAll, expect, test } from "vitest";
import { jsonLines } from "./support/run-cli.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await addSimCa(server);
  await server.run(["domain", "add", "shop.example.com", "--alias", "old.example.com", "--wait"]);
});

afterAll(() => server[Symbol.asyncDispose]());

const set = (...options: string[]) => server.run(["domain", "set", "shop.example.com", ...options]);

test("the aliases are set as a whole, and the certificate for them follows", async () => {
  const { code, stdout } = await set("--alias", "m.example.com", "--with-www");
  expect(stdout).toMatch(
    /^Names: shop\.example\.com, m\.example\.com, www\.shop\.example\.com; CA: sim\nshop\.example\.com is active\. /,
  );
  expect(code).toBe(0);
  await server.run(["watch", "shop.example.com", "--until", "active"]);
  const none = jsonLines((await set("--no-aliases", "--challenge", "http-01", "--json")).stdout);
  expect(none).toMatchObject([{ names: ["shop.example.com"], challenge: "http-01" }]);
  const unset = jsonLines((await set("--no-challenge", "--no-ca", "--no-profile", "--json")).stdout);
  expect(unset).toMatchObject([{ names: ["shop.example.com"], challenge: null }]);
});

test("nothing to change, a name that another has, and aliases both ways are refused", async () => {
  expect(await set()).toMatchObject({ code: 2, stdout: "" });
  expect(await set("--alias", "a.example.com", "--no-aliases")).toMatchObject({ code: 2, stdout: "" });
  await server.run(["domain", "add", "taken.example.com"]);
  const { code, stderr } = await set("--alias", "taken.example.com");
  expect(stderr).toContain("taken.example.com is covered already.");
  expect(code).toBe(1);
});
