/** The console's files as a browser gets them: what may be kept, what may be loaded, and what is no file. */
import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Browser } from "./browser.ts";
import { openTestApi, openTestApiOn, type TestApi } from "./open-test-api.ts";

let bare: TestApi;
let api: TestApi;
let build: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeAll(async () => {
  build = await mkdtempDisposable(join(tmpdir(), "certmill-console-"));
  const directory = join(build.path, "dist");
  await mkdir(join(directory, "assets"), { recursive: true });
  await writeFile(join(build.path, "secret.txt"), "not of the build");
  await writeFile(join(directory, "index.html"), "<title>the console</title>");
  await writeFile(join(directory, "icon.svg"), "<svg/>");
  await writeFile(join(directory, "assets/app-abc123.js"), "console.log(1)");
  bare = await openTestApi();
  api = await openTestApiOn(bare.database, { consoleDirectory: directory });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await bare[Symbol.asyncDispose]();
  await build[Symbol.asyncDispose]();
});

const get = (url: string, headers = {}) => api.app.inject({ url, headers });
const policy =
  /^default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'; base-uri 'none'/;

test.each(["/console/", "/console/domains/shop.example.com", "/console/index.html", "/console/a?b=c"])(
  "%s is the console's page, looked at anew each time, and nothing from elsewhere is let in",
  async (url) => {
    const answer = await get(url);
    expect([answer.statusCode, answer.body]).toEqual([200, "<title>the console</title>"]);
    expect(answer.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
    });
    expect(answer.headers["content-security-policy"]).toMatch(policy);
    expect(answer.headers["content-security-policy"]).not.toMatch(/unsafe|https?:|\*/);
  },
);

test("a hashed file is kept for ever, another is not, a missing one is no page", async () => {
  const hashed = await get("/console/assets/app-abc123.js");
  expect([hashed.statusCode, hashed.headers["cache-control"]]).toEqual([
    200,
    "public, max-age=31536000, immutable",
  ]);
  expect(hashed.headers["content-security-policy"]).toMatch(policy);
  expect((await get("/console/icon.svg")).headers["cache-control"]).toBe("no-cache");
  const missing = await get("/console/assets/app-old.js");
  expect([missing.statusCode, missing.json().code]).toEqual([404, "not-found"]);
});

test.each([
  "/console/../secret.txt",
  "/console/%2e%2e/secret.txt",
  "/console/..%2fsecret.txt",
  "/console/assets/..%2f..%2fsecret.txt",
])("%s leads to nothing outside of the build", async (url) => {
  expect((await get(url)).body).not.toContain("not of the build");
});

test("the root leads a browser to the console, and tells a program that there is nothing", async () => {
  const browser = await get("/", { accept: "text/html,application/xhtml+xml" });
  expect([browser.statusCode, browser.headers.location]).toEqual([302, "/console/"]);
  expect((await get("/console")).headers.location).toBe("/console/");
  const program = await get("/", { accept: "application/json" });
  expect([program.statusCode, program.json().code]).toEqual([404, "not-found"]);
});

test("where it is not built a page says how to build it, under a policy that lets only its own style in", async () => {
  const answer = await new Browser(bare.app).get("/console/domains");
  expect(answer.statusCode).toBe(503);
  expect(answer.body).toContain("npm run build --workspace packages/console");
  expect(answer.headers["content-security-policy"]).toMatch(/style-src 'sha256-[\w+/=]{44}';/);
});
