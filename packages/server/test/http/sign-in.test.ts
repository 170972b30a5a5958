/** People who sign in with a password: what begins a session, what it may do, what ends it. */
import { createHash } from "node:crypto";
import { operations } from "@certmill/api";
import { hours, minutes, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { nameKey } from "../../src/http/sign-in/attempt-limits.ts";
import { hashPassword } from "../../src/http/sign-in/password.ts";
import { insertOperator } from "../../src/store/write/operators.ts";
import { signedInByPassword } from "./begin-directly.ts";
import { Browser } from "./browser.ts";
import { openTestApi, openTestApiOn, start, type TestApi } from "./open-test-api.ts";
import { codeOf as refusedWith } from "./refused.ts";

const password = "correct horse battery";

let api: TestApi;
let hash: string;
beforeAll(async () => {
  api = await openTestApi();
  hash = await hashPassword(password);
});
afterAll(async () => api[Symbol.asyncDispose]());
beforeEach(async () => {
  api.clock.ahead = 0;
  await sql`truncate operator, session, sign_in_pace, audit cascade`.execute(api.db);
  const alice = {
    name: "alice",
    displayName: "Alice",
    role: "support",
    tenant: null,
    password: hash,
  } as const;
  await insertOperator(api.db, alice, start);
});

/** As after so many wrong attempts, by the hash of whose they are counted as. */
const tryTooOften = async (key: Uint8Array): Promise<void> => {
  const full = new Date(start + hours(1));
  await sql`insert into sign_in_pace (key, full_at) values (${key}, ${full})`.execute(api.db);
};

const codeOf = (answer: { json(): { code?: string }; statusCode: number }) => [
  answer.statusCode,
  answer.json().code,
];

const signedIn = (): Promise<Browser> => signedInByPassword(api, "alice");

describe("a session", () => {
  test("begins with the name in any case and the password, and is known by its cookie", async () => {
    const browser = new Browser(api.app);
    expect(codeOf(await browser.get("/v1/session"))).toEqual([401, "session-missing"]);
    const answer = await browser.signIn(" ALICE ", password);
    const expected = {
      who: "alice",
      displayName: "Alice",
      role: "support",
      tenant: null,
      method: "local",
      endsAt: "2026-11-22T13:00:00.000Z",
    };
    expect([answer.statusCode, answer.json()]).toEqual([200, expected]);
    expect(answer.headers["cache-control"]).toBe(undefined);
    expect(answer.headers["set-cookie"]).toMatch(
      /^certmill_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const seen = await browser.get("/v1/session");
    expect(seen.json()).toEqual(expected);
    expect(seen.headers["cache-control"]).toBe("no-store");
  });

  test("is in the database by the hash of its secret alone", async () => {
    const browser = await signedIn();
    const secret = browser.cookies.get("certmill_session") ?? "";
    const { rows } = await sql<{ text: string }>`select session::text as text from session`.execute(api.db);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).not.toContain(secret);
    expect(rows[0]?.text).not.toContain(Buffer.from(secret, "base64url").toString("hex"));
  });

  test("has a cookie that browsers keep to this host and to HTTPS where the console is public", async () => {
    await using published = await openTestApiOn(api.database, {
      publicUrl: new URL("https://certmill.test"),
    });
    const browser = new Browser(published.app, "https://certmill.test");
    const answer = await browser.signIn("alice", password);
    expect(answer.headers["set-cookie"]).toMatch(
      /^__Host-certmill_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect((await browser.get("/v1/session")).statusCode).toBe(200);
    const plain = browser.cookies.get("__Host-certmill_session") ?? "";
    // A cookie that another host of the domain could have set is not taken for it.
    browser.cookies.clear();
    browser.cookies.set("certmill_session", plain);
    expect(codeOf(await browser.get("/v1/session"))).toEqual([401, "session-missing"]);
  });

  test("ends when it is signed out of, once for all", async () => {
    const browser = await signedIn();
    const kept = browser.cookies.get("certmill_session") ?? "";
    const answer = await browser.ask("DELETE", "/v1/session");
    expect(answer.json()).toEqual({ providerUrl: null });
    expect(browser.cookies.size).toBe(0);
    browser.cookies.set("certmill_session", kept);
    expect(codeOf(await browser.get("/v1/session"))).toEqual([401, "session-ended"]);
    expect(codeOf(await browser.get("/v1/domains"))).toEqual([401, "session-ended"]);
  });

  test("ends when it is idle, and at its longest however much it is used", async () => {
    const idle = await signedIn();
    api.clock.ahead = hours(1) - 1;
    expect((await idle.get("/v1/domains")).statusCode).toBe(200);
    api.clock.ahead += hours(1) - 1;
    expect((await idle.get("/v1/domains")).statusCode).toBe(200);
    api.clock.ahead += hours(1);
    expect(codeOf(await idle.get("/v1/domains"))).toEqual([401, "session-ended"]);

    api.clock.ahead = 0;
    const busy = await signedIn();
    for (api.clock.ahead = 0; api.clock.ahead < hours(12); api.clock.ahead += minutes(30)) {
      expect((await busy.get("/v1/domains")).statusCode).toBe(200);
    }
    expect(codeOf(await busy.get("/v1/domains"))).toEqual([401, "session-ended"]);
  });

  test.each([
    ["role", { role: "admin" }],
    ["tenant", { tenant: "acme" }],
    ["password", { password: "another long one" }],
  ] as const)("ends when the person's %s is changed", async (_, body) => {
    const browser = await signedIn();
    await (await api.as("admin")).call(operations.changeOperator, { params: { name: "alice" }, body });
    expect(codeOf(await browser.get("/v1/session"))).toEqual([401, "session-ended"]);
  });

  test("ends when the person is removed, or an admin ends it", async () => {
    const admin = await api.as("admin");
    const [first, second] = [await signedIn(), await signedIn()];
    const { items } = await admin.call(operations.listSessions);
    expect(items.map(({ who, current }) => [who, current])).toEqual([
      ["alice", false],
      ["alice", false],
    ]);
    await admin.call(operations.endSession, { params: { id: items[0]?.id ?? "" } });
    expect(codeOf(await second.get("/v1/session"))).toEqual([401, "session-ended"]);
    expect((await first.get("/v1/session")).statusCode).toBe(200);
    await admin.call(operations.removeOperator, { params: { name: "alice" } });
    expect(codeOf(await first.get("/v1/session"))).toEqual([401, "session-ended"]);
    expect(codeOf(await first.signIn("alice", password))).toEqual([401, "sign-in-refused"]);
  });
});

describe("what another site's page can make a browser send", () => {
  const foreign = { origin: "https://evil.test", "sec-fetch-site": "cross-site" };

  test.each([
    ["without the header", { "x-certmill-console": "" }, "without the header"],
    ["from another origin", { origin: "https://evil.test" }, "came from https://evil.test"],
    ["from a sandboxed frame", { origin: "null" }, "came from null"],
    ["from another site", { "sec-fetch-site": "cross-site" }, "own page"],
    ["from a sibling of the site", { "sec-fetch-site": "same-site" }, "own page"],
  ])("%s is refused, and nothing is done", async (_, headers, why) => {
    const browser = await signedIn();
    const sent = Object.fromEntries(
      Object.entries({ origin: "http://localhost:8400", "x-certmill-console": "1", ...headers }).filter(
        ([, value]) => value !== "",
      ),
    );
    const cookie = `certmill_session=${browser.cookies.get("certmill_session")}`;
    const answer = await api.app.inject({
      method: "DELETE",
      url: "/v1/session",
      headers: { host: "localhost:8400", cookie, ...sent },
    });
    expect(codeOf(answer)).toEqual([403, "not-from-console"]);
    expect(answer.json().detail).toContain(why);
    expect((await browser.get("/v1/session")).statusCode).toBe(200);
  });

  test("neither signs somebody in as another, nor reads", async () => {
    const browser = new Browser(api.app);
    expect(codeOf(await browser.signIn("alice", password, foreign))).toEqual([403, "not-from-console"]);
    const own = await signedIn();
    expect(codeOf(await own.get("/v1/domains", foreign))).toEqual([403, "not-from-console"]);
    expect((await own.get("/v1/domains", { "sec-fetch-site": "none" })).statusCode).toBe(200);
  });

  test("a name of this machine that is not the machine's own gets no session", async () => {
    const rebound = new Browser(api.app, "http://rebound.evil.test");
    const answer = await rebound.signIn("alice", password);
    expect(codeOf(answer)).toEqual([403, "not-from-console"]);
    expect(answer.json().detail).toContain("`public_url` is not set");
  });

  test("a bearer token needs nothing of this, and goes before a cookie", async () => {
    const browser = await signedIn();
    const answer = await browser.get("/v1/domains", { ...foreign, authorization: "Bearer unknown" });
    expect(codeOf(answer)).toEqual([401, "token-rejected"]);
  });
});

describe("guessing", () => {
  test("a wrong name and a wrong password are answered alike", async () => {
    const browser = new Browser(api.app);
    const [nobody, wrong] = [await browser.signIn("bob", password), await browser.signIn("alice", "x")];
    expect(codeOf(nobody)).toEqual([401, "sign-in-refused"]);
    expect(nobody.body).toBe(wrong.body);
    expect(nobody.headers["set-cookie"]).toBeUndefined();
  });

  test("is slowed down by name, the right password too, until the time that it is told", async () => {
    const browser = new Browser(api.app);
    await tryTooOften(nameKey("alice"));
    const throttled = await browser.signIn("alice", password);
    expect(codeOf(throttled)).toEqual([429, "sign-in-throttled"]);
    const wait = Number(throttled.headers["retry-after"]);
    expect(wait).toBeGreaterThan(0);
    api.clock.ahead = seconds(wait) - 1_000;
    expect((await browser.signIn("alice", password)).statusCode).toBe(429);
    api.clock.ahead = seconds(wait);
    expect((await browser.signIn("alice", password)).statusCode).toBe(200);
    // One's own wrong attempts are forgotten then.
    const { rows } = await sql`select 1 from sign_in_pace where key = ${nameKey("alice")}`.execute(api.db);
    expect(rows).toEqual([]);
  });

  test("is slowed down by address, whatever the name; another address is not", async () => {
    await using proxied = await openTestApiOn(api.database, {
      trustedProxies: [{ version: 4, first: 0x7f00_0001n, last: 0x7f00_0001n }],
    });
    const browser = new Browser(proxied.app);
    const from = (address: string) => ({ "x-forwarded-for": address });
    await tryTooOften(createHash("sha256").update("address\n203.0.113.9").digest());
    expect((await browser.signIn("alice", password, from("203.0.113.9"))).statusCode).toBe(429);
    expect((await browser.signIn("alice", password, from("203.0.113.10"))).statusCode).toBe(200);
  });

  test("a new password lifts the throttle", async () => {
    const browser = new Browser(api.app);
    await tryTooOften(nameKey("alice"));
    const admin = await api.as("admin");
    const params = { name: "alice" };
    const { password: made } = await admin.call(operations.changeOperator, {
      params,
      body: { newPassword: true },
    });
    expect(made).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    expect((await browser.signIn("alice", password)).statusCode).toBe(401);
    expect((await browser.signIn("alice", made ?? "")).statusCode).toBe(200);
  });
});

describe("people", () => {
  test("are added once, listed by name and never with their password", async () => {
    const admin = await api.as("admin");
    const made = await admin.call(operations.createOperator, {
      body: { name: "bob", displayName: "Bob B.", role: "viewer", tenant: "acme" },
    });
    expect(made).toMatchObject({ name: "bob", displayName: "Bob B.", role: "viewer", tenant: "acme" });
    expect((await new Browser(api.app).signIn("bob", made.password ?? "")).statusCode).toBe(200);
    const again = admin.call(operations.createOperator, { body: { name: "BOB", role: "admin" } });
    expect(await refusedWith(again)).toBe("operator-exists");
    const { items } = await admin.call(operations.listOperators);
    expect(items.map(({ name, lastSignInAt }) => [name, lastSignInAt])).toEqual([
      ["alice", null],
      ["bob", "2026-11-22T12:00:00.000Z"],
    ]);
    expect(JSON.stringify(items)).not.toContain("scrypt");
  });

  test("that are not there are neither changed nor removed", async () => {
    const admin = await api.as("admin");
    const params = { name: "nobody" };
    const change = admin.call(operations.changeOperator, { params, body: { role: "admin" } });
    expect(await refusedWith(change)).toBe("not-found");
    expect(await refusedWith(admin.call(operations.removeOperator, { params }))).toBe("not-found");
  });

  test("a short password is refused, and both a given and a made one", async () => {
    const admin = await api.as("admin");
    const params = { name: "alice" };
    for (const body of [{ password: "short" }, { password, newPassword: true as const }, {}]) {
      const change = admin.call(operations.changeOperator, { params, body });
      expect(await refusedWith(change)).toBe("invalid-request");
    }
  });
});

test("where nobody signs in with a password that is told, and nothing is looked at", async () => {
  const terms = { idle: hours(1), longest: hours(12) };
  await using off = await openTestApiOn(api.database, { signIn: { local: false, oidc: null, terms } });
  const browser = new Browser(off.app);
  expect(codeOf(await browser.signIn("alice", password))).toEqual([403, "sign-in-off"]);
  expect((await browser.get("/v1/session/options")).json()).toEqual({ local: false, oidc: null });
  expect((await new Browser(api.app).get("/v1/session/options")).json()).toEqual({
    local: true,
    oidc: null,
  });
});
