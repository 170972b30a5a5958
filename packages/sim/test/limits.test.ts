import { days, hours, type Instant, instant, minutes, seconds } from "@certmill/domain";
import { expect, test } from "vitest";
import {
  type LimitRules,
  MANNERS_ACCOUNT,
  NO_LIMITS,
  per,
  ruleSet,
  type SimCa,
  type SimCaOptions,
  startSimCa,
} from "../src/index.ts";
import { issue } from "./issue.ts";
import { type Answer, certificateRequest, type Json, problemOf, TestClient } from "./test-client.ts";

const START = instant(Date.UTC(2027, 0, 1));

interface Clock {
  now: Instant;
}

const start = async (
  rules: Partial<LimitRules>,
  { clock = { now: START }, ...options }: SimCaOptions & { readonly clock?: Clock } = {},
): Promise<SimCa> =>
  await startSimCa({
    alwaysValid: true,
    now: () => clock.now,
    limits: { ...NO_LIMITS, ...rules },
    ...options,
  });

const ask = async (client: TestClient, extra: Json, ...names: readonly string[]): Promise<Answer> =>
  await client.post(client.url("newOrder"), {
    identifiers: names.map((value) => ({ type: "dns", value })),
    ...extra,
  });

test("a refused order over HTTP: text, Retry-After, help link, a nonce; counted by its limit", async () => {
  await using ca = await start({ newOrdersPerAccount: per(hours(3), 1) });
  const client = await TestClient.registered(ca.directoryUrl);
  expect((await client.newOrder("a.example.com")).status).toBe(201);
  const answer = await client.newOrder("b.example.com");
  expect(problemOf(answer)).toBe("429 rateLimited");
  expect(answer.json["detail"]).toBe(
    "too many new orders (1) from this account in the last 3h0m0s, retry after 2027-01-01 03:00:00 UTC: see https://letsencrypt.org/docs/rate-limits/#new-orders-per-account",
  );
  expect(answer.headers.get("retry-after")).toBe("10800");
  expect(answer.headers.get("link")).toContain('<https://letsencrypt.org/docs/rate-limits>;rel="help"');
  expect(answer.headers.get("replay-nonce")).not.toBeNull();
  expect(ca.counts().refusals.newOrdersPerAccount).toBe(1);
  expect(ca.ordersLeft(String(client.accountUrl))).toBe(0);
});

test("an order that is open already is spent for again, one that fails is not, nor one that is malformed", async () => {
  await using ca = await start({ newOrdersPerAccount: per(hours(3), 10) });
  const client = await TestClient.registered(ca.directoryUrl);
  const left = (): number | null => ca.ordersLeft(String(client.accountUrl));
  await client.newOrder("a.example.com");
  await client.newOrder("a.example.com");
  expect([ca.counts().ordersByStatus.pending, left()]).toEqual([1, 8]);
  expect(problemOf(await client.newOrder("b.example.com", "*.example.com"))).toBe("400 malformed");
  const many = Array.from({ length: 101 }, (_, index) => `${index}.example.com`);
  expect(problemOf(await client.newOrder(...many))).toBe("400 malformed");
  expect(problemOf(await client.newOrder("-.example.com"))).toBe("400 rejectedIdentifier");
  expect(left()).toBe(8);
  expect(ca.counts().spent.newOrdersPerAccount).toBe(2);
});

test("certificates are spent when they are issued, not when they are ordered", async () => {
  await using ca = await start({ certificatesPerRegisteredDomain: per(days(7), 2) });
  const client = await TestClient.registered(ca.directoryUrl);
  for (const name of ["a", "b", "c", "d"]) {
    expect((await client.newOrder(`${name}.example.com`)).status).toBe(201);
  }
  expect(ca.counts().spent.certificatesPerRegisteredDomain).toBe(0);
  // Four orders were granted, as none was spent by then.
  for (const name of ["a", "b"]) await issue(client, [`${name}.example.com`]);
  const order = await client.newOrder("e.example.com");
  expect(order.json["detail"]).toContain('too many certificates (2) already issued for "example.com"');
  expect(ca.counts().spent.certificatesPerRegisteredDomain).toBe(2);
});

test("a failed validation is counted; so is a pending authorization that is deactivated, a valid one is not", async () => {
  await using ca = await start(
    { failedAuthorizations: per(hours(1), 2) },
    { wrongNames: { "wrong.example.com": "dns" } },
  );
  const client = await TestClient.registered(ca.directoryUrl);
  await client.attempt((await client.newOrder("wrong.example.com")).json);
  const spent = (): number => ca.counts().spent.failedAuthorizations;
  expect(spent()).toBe(1);
  const pending = (await client.newOrder("wrong.example.com")).json["authorizations"] as string[];
  await client.post(String(pending[0]), { status: "deactivated" });
  expect(spent()).toBe(2);
  expect((await client.newOrder("wrong.example.com", "a.example.com")).json["detail"]).toContain(
    'too many failed authorizations (2) for "wrong.example.com" in the last 1h0m0s',
  );
  const good = (await client.newOrder("good.example.com")).json;
  await client.attempt(good);
  await client.post(String((good["authorizations"] as string[])[0]), { status: "deactivated" });
  expect(spent()).toBe(2);
});

test("failures in a row pause the name: the whole order is refused, until the portal is visited", async () => {
  const clock = { now: START };
  await using ca = await start(
    { consecutiveFailures: per(days(1), 1, 2) },
    { clock, wrongNames: { "wrong.example.com": "dns" } },
  );
  const client = await TestClient.registered(ca.directoryUrl);
  for (let n = 0; n < 3; n += 1) await client.attempt((await client.newOrder("wrong.example.com")).json);
  const answer = await client.newOrder("good.example.com", "wrong.example.com");
  expect(problemOf(answer)).toBe("429 rateLimited");
  expect(answer.headers.get("retry-after")).toBeNull();
  const link = /visit: (https:\S+)$/.exec(String(answer.json["detail"]))?.[1];
  const { pathname, search } = new URL(String(link));
  const { origin } = new URL(ca.directoryUrl);
  expect(pathname + search).toMatch(/^\/sfe\/v1\/unpause\?jwt=/);
  expect(await (await fetch(origin + pathname + search)).text()).toContain("wrong.example.com");
  expect((await client.newOrder("wrong.example.com")).status, "looking does not unpause").toBe(429);

  clock.now = instant(START + days(14) + 1);
  expect((await fetch(origin + pathname + search, { method: "POST" })).status, "too old").toBe(404);
  clock.now = START;
  expect((await fetch(`${origin}${pathname}?jwt=x.y.z`, { method: "POST" })).status).toBe(404);
  const done = await fetch(origin + pathname + search, { method: "POST" });
  expect(await done.text()).toContain("1 unpaused: wrong.example.com");
  expect((await client.newOrder("wrong.example.com")).status).toBe(201);
  expect(ca.counts().refusals.consecutiveFailures).toBe(2);
  expect(ca.unpause(String(client.accountUrl))).toEqual([]);
});

test("replaces is an exemption inside the suggested window only, and never for what is revoked or moved", async () => {
  const clock = { now: START };
  await using ca = await start(
    { newOrdersPerAccount: per(days(3_650), 3), replacementExemption: true },
    { clock, orderReuse: false },
  );
  const client = await TestClient.registered(ca.directoryUrl);
  const { leaf, certificateId: replaces } = await issue(client, ["a.example.com", "b.example.com"]);
  const moved = await issue(client, ["c.example.com"]);
  const revoked = await issue(client, ["d.example.com"]);
  await client.post(client.url("revokeCert"), { certificate: revoked.leaf.raw.toString("base64url") });
  ca.moveRenewalWindow(moved.leaf.serialNumber, {
    start: instant(START - hours(1)),
    end: instant(START - minutes(30)),
  });
  const end = leaf.validToDate.getTime() - days(90) / 3 + days(90) / 100;
  const begin = leaf.validToDate.getTime() - days(90) / 3 - days(90) / 100;
  const extra = { replaces };
  for (const [at, status] of [
    [begin - 1_000, 429],
    [end, 429],
    [end - 1_000, 201],
  ] as const) {
    clock.now = instant(at);
    expect((await ask(client, extra, "a.example.com", "new.example.com")).status, String(at)).toBe(status);
  }
  clock.now = START;
  for (const { certificateId } of [moved, revoked]) {
    const answer = await ask(client, { replaces: certificateId }, "c.example.com", "d.example.com");
    expect(problemOf(answer)).toBe("429 rateLimited");
  }
  expect(ca.counts().spent.newOrdersPerAccount).toBe(3);
});

test("new accounts by address: finding one that is there is not spent for", async () => {
  await using ca = await start({ newAccountsPerAddress: per(hours(3), 1) });
  const client = await TestClient.registered(ca.directoryUrl);
  client.accountUrl = null;
  expect((await client.register()).status).toBe(200);
  const other = await TestClient.create(ca.directoryUrl);
  expect(problemOf(await other.register({ termsOfServiceAgreed: false }))).toBe("403 userActionRequired");
  expect((await other.register()).json["detail"]).toContain(
    "too many new registrations (1) from this IP address in the last 3h0m0s",
  );
  expect(ca.counts()).toMatchObject({ accounts: 1, refusals: { newAccountsPerAddress: 1 } });
});

test("requests by address and endpoint: 503 with Retry-After, and no nonce", async () => {
  const clock = { now: START };
  await using ca = await startSimCa({ now: () => clock.now, limits: "letsencrypt" });
  const { newNonce } = (await (await fetch(ca.directoryUrl)).json()) as { newNonce: string };
  const statusAt = async (wait: number): Promise<number> => {
    clock.now = instant(START + wait);
    return (await fetch(newNonce, { method: "HEAD" })).status;
  };
  for (let n = 0; n < 10; n += 1) expect(await statusAt(0)).toBe(200);
  const answer = await fetch(newNonce);
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("1");
  expect(answer.headers.get("replay-nonce")).toBeNull();
  expect(await answer.json()).toMatchObject({
    type: "urn:ietf:params:acme:error:rateLimited",
    detail: "Service busy; retry later.",
  });
  expect([await statusAt(49), await statusAt(50)]).toEqual([503, 200]);
  expect((await fetch(ca.directoryUrl)).status, "another endpoint").toBe(200);
  expect(ca.counts().refusals.requestRate).toBe(2);
});

test("a CA that has too much to do sheds load", async () => {
  await using ca = await start({ overload: per(seconds(10), 1) });
  const { newNonce } = (await (await fetch(ca.directoryUrl)).json()) as { newNonce: string };
  expect((await fetch(newNonce)).status).toBe(204);
  const answer = await fetch(newNonce);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "10"]);
  expect(ca.counts().refusals.overload).toBe(1);
});

test("like ZeroSSL: 7 requests a second, nginx's HTML, minutes of processing, an external account", async () => {
  const clock = { now: START };
  await using ca = await startSimCa({ now: () => clock.now, limits: "zerossl" });
  const directory = (await (await fetch(ca.directoryUrl)).json()) as Json;
  expect(directory).not.toHaveProperty("renewalInfo");
  expect(directory["meta"]).toMatchObject({ externalAccountRequired: true });
  for (let n = 0; n < 6; n += 1) await fetch(ca.directoryUrl);
  const answer = await fetch(ca.directoryUrl);
  expect([answer.status, answer.headers.get("content-type"), answer.headers.get("retry-after")]).toEqual([
    429,
    "text/html",
    null,
  ]);
  expect(await answer.text()).toContain("<center><h1>429 Too Many Requests</h1></center>");
  clock.now = instant(START + 143);
  expect((await fetch(ca.directoryUrl)).status).toBe(200);
});

test("its orders are processing for minutes", async () => {
  const clock = { now: START };
  await using ca = await startSimCa({
    now: () => clock.now,
    alwaysValid: true,
    limits: { ...ruleSet("zerossl"), requestRates: [] },
    processing: minutes(2),
    retryAfter: { form: "seconds", wait: seconds(15) },
  });
  const client = await TestClient.registered(ca.directoryUrl);
  const { json, headers } = await client.newOrder("a.example.com");
  await client.attempt(json);
  const { csr } = await certificateRequest(["DNS:a.example.com"]);
  const finalized = await client.post(String(json["finalize"]), { csr });
  expect([finalized.json["status"], finalized.headers.get("retry-after")]).toEqual(["processing", "15"]);
  const status = async (wait: number): Promise<unknown> => {
    clock.now = instant(START + wait);
    return (await client.post(String(headers.get("location")), null)).json["status"];
  };
  expect([await status(minutes(2) - 1), await status(minutes(2))]).toEqual(["processing", "valid"]);
});

test("like Google: a quota for each resource of an account, in its words", async () => {
  const clock = { now: START };
  await using ca = await startSimCa({
    now: () => clock.now,
    limits: { ...ruleSet("google"), quotas: { newOrder: per(minutes(1), 30) } },
  });
  const client = await TestClient.registered(ca.directoryUrl);
  for (let n = 0; n < 30; n += 1) await client.newOrder("a.example.com");
  clock.now = instant(START + 500);
  const answer = await client.newOrder("a.example.com");
  expect(problemOf(answer)).toBe("429 rateLimited");
  expect(answer.json["detail"]).toBe(
    "'default@gcp.api.pki.goog' is over quota (30 requests in 60 seconds) for the given ACME resource: newOrder. Try again in 1.5s.",
  );
  expect(answer.headers.get("retry-after")).toBe("2");
  clock.now = instant(START + 1_999);
  expect((await client.newOrder("a.example.com")).status).toBe(429);
  clock.now = instant(START + 2_000);
  expect((await client.newOrder("a.example.com")).status).toBe(201);
  const other = await TestClient.registered(ca.directoryUrl);
  expect((await other.newOrder("a.example.com")).status).toBe(201);
  expect(ca.counts().refusals.quota).toBe(2);
});

test("other limits from now on", async () => {
  await using ca = await start({});
  const client = await TestClient.registered(ca.directoryUrl);
  await client.newOrder("a.example.com");
  ca.setLimits({ ...ca.limits, newOrdersPerAccount: per(hours(3), 1) });
  expect((await client.newOrder("a.example.com")).status).toBe(201);
  expect((await client.newOrder("a.example.com")).status).toBe(429);
  expect(MANNERS_ACCOUNT.key).toMatch(/^[\w-]{40,}$/);
});
