/** Signing in by a real provider: the whole way there and back, and every way to come back wrong. */

import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hours, type Instant, instant, minutes } from "@certmill/domain";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { composeSignIn } from "../../src/compose-sign-in.ts";
import type { SignInConfig } from "../../src/config/sign-in-config.ts";
import { newKeyLine, parseKeyRing } from "../../src/keys/key-ring.ts";
import { ensureTenants } from "../../src/store/write/names.ts";
import { Browser } from "./browser.ts";
import { clientSecret, openProvider, type TestProvider } from "./oidc-login.ts";
import { openTestApi, openTestApiOn, start, type TestApi } from "./open-test-api.ts";

const origin = "http://127.0.0.1:8400";
const ring = parseKeyRing(newKeyLine(new Date(0)));

let provider: TestProvider;
let api: TestApi;
let directory: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeAll(async () => {
  provider = await openProvider(origin, { inIdToken: false });
  directory = await mkdtempDisposable(join(tmpdir(), "certmill-oidc-"));
  await writeFile(join(directory.path, "secret"), `${clientSecret}\n`);
  api = await openTestApi();
  await ensureTenants(api.db, ["acme"], start);
  Object.assign(provider.people, {
    ann: { preferred_username: "ann", name: "Ann A.", groups: ["staff", "helpdesk"] },
    carl: { preferred_username: "carl", groups: ["customers"], tenant: "acme" },
    cora: { preferred_username: "cora", groups: ["customers"] },
    curt: { preferred_username: "curt", groups: ["customers"], tenant: "nowhere" },
    sam: { preferred_username: "sam", groups: ["strangers"] },
  });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await api.db.deleteFrom("audit").execute();
});

const config = (more: Partial<NonNullable<SignInConfig["oidc"]>> = {}): SignInConfig => ({
  publicUrl: new URL(origin),
  trustedProxies: [],
  local: false,
  idle: hours(1),
  longest: hours(12),
  oidc: {
    issuer: provider.issuer,
    clientId: "certmill",
    clientSecretFile: join(directory.path, "secret"),
    scopes: "openid profile",
    name: "Hosting ID",
    claims: { who: "preferred_username", groups: "groups", tenant: "tenant" },
    roles: [
      { group: "helpdesk", role: "support", ofTenant: false },
      { group: "customers", role: "viewer", ofTenant: true },
    ],
    ...more,
  },
});

/** A server process of its own: it shares the database and the keys with the others, and no memory. */
async function openProcess(
  options: SignInConfig = config(),
  now: () => Instant = () => instant(Date.now()),
): Promise<TestApi> {
  const signIn = await composeSignIn(options, () => ring, now);
  return openTestApiOn(api.database, { signIn, publicUrl: options.publicUrl, now });
}

async function goThere(browser: Browser, returnTo = "/console/domains?state=failing"): Promise<string> {
  const answer = await browser.get(`/auth/oidc/start?return_to=${encodeURIComponent(returnTo)}`);
  expect(answer.statusCode).toBe(302);
  return String(answer.headers.location);
}

const comeBack = (browser: Browser, { pathname, search }: URL) =>
  browser.get(`${pathname}${search}`, { "sec-fetch-site": "cross-site" });

const audited = async () =>
  (await api.db.selectFrom("audit").select(["via", "who", "action", "about", "status"]).execute()).map(
    ({ via, who, action, about, status }) => [via, who, action, about, status],
  );

test("one goes there from one process and comes back to another, to the page where one was", async () => {
  await using first = await openProcess();
  await using second = await openProcess();
  const browser = new Browser(first.app, origin);
  expect((await browser.get("/v1/session/options")).json()).toEqual({
    local: false,
    oidc: { name: "Hosting ID", startPath: "/auth/oidc/start" },
  });
  const there = new URL(await goThere(browser));
  expect(Object.fromEntries(there.searchParams)).toMatchObject({
    response_type: "code",
    code_challenge_method: "S256",
    redirect_uri: `${origin}/auth/oidc/callback`,
  });
  // What the browser keeps tells nothing of what it is to bring back.
  const kept = browser.cookies.get("certmill_login") ?? "";
  expect(Buffer.from(kept, "base64url").toString("latin1")).not.toContain(there.searchParams.get("state"));

  const back = await provider.signIn(there.href, "ann");
  const elsewhere = new Browser(second.app, origin);
  for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
  const landed = await comeBack(elsewhere, back);
  expect([landed.statusCode, landed.headers.location]).toEqual([302, "/console/domains?state=failing"]);
  expect([...elsewhere.cookies.keys()]).toEqual(["certmill_session"]);
  expect((await elsewhere.get("/v1/session")).json()).toMatchObject({
    who: "ann",
    displayName: "Ann A.",
    role: "support",
    tenant: null,
    method: "oidc",
  });
  expect(await audited()).toEqual([["oidc", "ann", "signIn", null, 200]]);

  // The same answer once more is none: its code is spent, and the browser has nothing to bring to it.
  expect((await comeBack(elsewhere, back)).headers.location).toBe("/console/sign-in?fault=expired");
  for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
  expect((await comeBack(elsewhere, back)).headers.location).toBe("/console/sign-in?fault=refused");

  const out = await elsewhere.ask("DELETE", "/v1/session");
  const end = new URL(out.json().providerUrl);
  expect([end.origin, end.searchParams.get("post_logout_redirect_uri")]).toEqual([
    provider.issuer.origin,
    `${origin}/console/`,
  ]);
  expect((await fetch(end)).status).toBe(200);
});

test("groups in the ID token alone do, too", async () => {
  await using other = await openProvider(origin, { inIdToken: true });
  Object.assign(other.people, provider.people);
  await using process = await openProcess(config({ issuer: other.issuer }));
  const browser = new Browser(process.app, origin);
  await comeBack(browser, await other.signIn(await goThere(browser), "carl"));
  expect((await browser.get("/v1/session")).json()).toMatchObject({
    who: "carl",
    role: "viewer",
    tenant: "acme",
  });
});

describe("nobody is let in", () => {
  test.each([
    ["without a group that is a role", "sam", "no-role"],
    ["without the tenant that the group is bound to", "cora", "no-tenant"],
    ["with a tenant that is not here", "curt", "tenant-unknown"],
  ])("%s", async (_, person, fault) => {
    await using process = await openProcess();
    const browser = new Browser(process.app, origin);
    const landed = await comeBack(browser, await provider.signIn(await goThere(browser), person));
    expect(landed.headers.location).toBe(`/console/sign-in?fault=${fault}`);
    expect(browser.cookies.size).toBe(0);
    expect(await audited()).toEqual([["nobody", "", "signIn", fault, 401]]);
    expect(await api.db.selectFrom("tenant").select("name").execute()).toEqual([{ name: "acme" }]);
  });

  test("with another browser's answer, or a state, a code or an issuer that was changed", async () => {
    await using process = await openProcess();
    const victim = new Browser(process.app, origin);
    await goThere(victim);
    const attacker = new Browser(process.app, origin);
    const theirs = await provider.signIn(await goThere(attacker), "ann");
    expect((await comeBack(victim, theirs)).headers.location).toBe("/console/sign-in?fault=refused");
    for (const [name, value] of [
      ["state", "x"],
      ["code", "x"],
      ["iss", "https://evil.test"],
    ] as const) {
      const browser = new Browser(process.app, origin);
      const back = await provider.signIn(await goThere(browser), "ann");
      back.searchParams.set(name, value);
      expect([name, (await comeBack(browser, back)).headers.location]).toEqual([
        name,
        "/console/sign-in?fault=refused",
      ]);
    }
    const forged = new Browser(process.app, origin);
    forged.cookies.set("certmill_login", "AAAA.AAAA.AAAA");
    expect((await comeBack(forged, theirs)).headers.location).toBe("/console/sign-in?fault=expired");
  });

  test("who said no there, and who stayed away too long", async () => {
    let ahead = 0;
    await using process = await openProcess(config(), () => instant(Date.now() + ahead));
    const browser = new Browser(process.app, origin);
    const there = new URL(await goThere(browser));
    const no = new URL(`${origin}/auth/oidc/callback`);
    no.search = new URLSearchParams({
      error: "access_denied",
      state: there.searchParams.get("state") ?? "",
      iss: provider.issuer.origin,
    }).toString();
    expect((await comeBack(browser, no)).headers.location).toBe("/console/sign-in?fault=cancelled");
    const back = await provider.signIn(await goThere(browser), "ann");
    ahead = minutes(15) + 1_000;
    expect((await comeBack(browser, back)).headers.location).toBe("/console/sign-in?fault=expired");
  });

  test("while the provider is away, without which the server has started", async () => {
    await using gone = await openProvider(origin, { inIdToken: true });
    await gone[Symbol.asyncDispose]();
    await using process = await openProcess(config({ issuer: gone.issuer }));
    const browser = new Browser(process.app, origin);
    const answer = await browser.get("/auth/oidc/start");
    expect(answer.headers.location).toBe("/console/sign-in?fault=provider-unreachable");
  });
});

test.each([
  ["//evil.test/console/", "/console/"],
  ["https://evil.test/console/", "/console/"],
  ["/\\evil.test/console/", "/console/"],
  ["/v1/domains", "/console/"],
  ["/console/../v1/domains", "/console/"],
  ["/console/domains#x", "/console/domains#x"],
])("from %s one comes back to %s", async (asked, page) => {
  await using process = await openProcess();
  const browser = new Browser(process.app, origin);
  const landed = await comeBack(browser, await provider.signIn(await goThere(browser, asked), "ann"));
  expect(landed.headers.location).toBe(page);
});
