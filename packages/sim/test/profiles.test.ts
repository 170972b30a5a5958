import { days, hours, instant, seconds } from "@certmill/domain";
import { expect, test } from "vitest";
import { mannersOf, startSimCa } from "../src/index.ts";
import { issue } from "./issue.ts";
import { type Answer, problemOf, TestClient } from "./test-client.ts";

const START = instant(Date.UTC(2027, 0, 1));

const newOrder = async (client: TestClient, profile?: string): Promise<Answer> =>
  await client.post(client.url("newOrder"), {
    identifiers: [{ type: "dns", value: "a.example.com" }],
    ...(profile !== undefined && { profile }),
  });

const lifeOf = ({ validFromDate, validToDate }: { validFromDate: Date; validToDate: Date }): number =>
  validToDate.getTime() - validFromDate.getTime() + seconds(1);

test("two profiles unless others are given; the order says its own", async () => {
  await using ca = await startSimCa({ alwaysValid: true, certificateLife: days(30) });
  const client = await TestClient.registered(ca.directoryUrl);
  expect(client.directory["meta"]).toMatchObject({
    profiles: { classic: expect.any(String), shortlived: expect.any(String) },
  });
  const short = await issue(client, ["a.example.com"], { profile: "shortlived" });
  expect(short.order["profile"]).toBe("shortlived");
  expect(lifeOf(short.leaf)).toBe(hours(160));
  const classic = await issue(client, ["a.example.com"], { profile: "classic" });
  expect(lifeOf(classic.leaf)).toBe(days(30));
  const plain = await issue(client, ["a.example.com"]);
  expect(plain.order).not.toHaveProperty("profile");
  expect(lifeOf(plain.leaf)).toBe(days(30));
});

test("profiles of one's own", async () => {
  const weekly = { description: "a week", certificateLife: days(7) };
  await using ca = await startSimCa({ alwaysValid: true, profiles: { weekly } });
  const client = await TestClient.registered(ca.directoryUrl);
  expect(client.directory["meta"]).toMatchObject({ profiles: { weekly: "a week" } });
  expect(lifeOf((await issue(client, ["a.example.com"], { profile: "weekly" })).leaf)).toBe(days(7));
  expect(problemOf(await newOrder(client, "classic"))).toBe("400 invalidProfile");
});

test("no profiles", async () => {
  await using ca = await startSimCa({ profiles: null });
  const client = await TestClient.registered(ca.directoryUrl);
  expect(client.directory["meta"]).not.toHaveProperty("profiles");
  expect(problemOf(await newOrder(client, "classic"))).toBe("400 invalidProfile");
  expect((await newOrder(client)).status).toBe(201);
});

test.each([
  ["without a name", { "": { description: "", certificateLife: days(7) } }],
  ["of an hour", { brief: { description: "", certificateLife: hours(1) } }],
])("a profile %s cannot be", async (_, profiles) => {
  await expect(startSimCa({ profiles })).rejects.toThrow(RangeError);
});

test("orders and authorizations are used again within their profile only", async () => {
  await using ca = await startSimCa({ alwaysValid: true });
  const client = await TestClient.registered(ca.directoryUrl);
  const orders = [
    await newOrder(client),
    await newOrder(client, "classic"),
    await newOrder(client, "shortlived"),
  ];
  expect(new Set(orders.map(({ headers }) => headers.get("location"))).size).toBe(3);
  const again = await newOrder(client, "classic");
  expect(again.headers.get("location")).toBe(orders[1]?.headers.get("location"));

  for (const { url } of await client.challenges(orders[1]?.json ?? {})) await client.post(url, {});
  expect((await newOrder(client, "classic")).json["status"]).toBe("ready");
  expect((await newOrder(client, "shortlived")).json["status"]).toBe("pending");
  expect((await newOrder(client)).json["status"]).toBe("pending");
});

test("who holds a name under any profile may revoke for it", async () => {
  await using ca = await startSimCa({ alwaysValid: true });
  const [client, other] = [
    await TestClient.registered(ca.directoryUrl),
    await TestClient.registered(ca.directoryUrl),
  ];
  const { leaf } = await issue(client, ["a.example.com"]);
  await issue(other, ["a.example.com"], { profile: "shortlived" });
  const answer = await other.post(other.url("revokeCert"), { certificate: leaf.raw.toString("base64url") });
  expect(answer.status, answer.text).toBe(200);
});

test("like Let's Encrypt: each profile has its names, its addresses and its lives", async () => {
  const clock = { now: START };
  await using ca = await startSimCa({
    ...mannersOf("letsencrypt"),
    now: () => clock.now,
    alwaysValid: true,
    orderReuse: false,
  });
  const client = await TestClient.registered(ca.directoryUrl);
  const many = (n: number) => Array.from({ length: n }, (_, each) => `${each}.example.com`);
  const ask = async (profile: string | null, values: readonly string[], type = "dns"): Promise<Answer> =>
    await client.post(client.url("newOrder"), {
      identifiers: values.map((value) => ({ type, value })),
      ...(profile !== null && { profile }),
    });
  for (const [profile, most] of [
    [null, 100],
    ["classic", 100],
    ["tlsserver", 25],
    ["shortlived", 25],
  ] as const) {
    expect((await ask(profile, many(most))).status).toBe(201);
    const more = await ask(profile, many(most + 1));
    expect(more.json["detail"]).toBe(`Order cannot contain more than ${most} identifiers`);
    const address = problemOf(await ask(profile, ["192.0.2.1"], "ip"));
    expect(address).toBe(profile === "shortlived" ? "201 undefined" : "400 rejectedIdentifier");
  }
  for (const [profile, order, pending, valid, least] of [
    [null, days(7), days(7), days(30), hours(21)],
    ["tlsserver", hours(1), hours(1), hours(7), hours(1)],
  ] as const) {
    clock.now = START;
    const name = `${profile ?? "none"}.example.org`;
    const { json } = await ask(profile, [name]);
    // An order ends with the first of its authorizations.
    expect(Date.parse(String(json["expires"])) - START).toBe(order);
    const url = String((json["authorizations"] as string[])[0]);
    expect(Date.parse(String((await client.post(url, null)).json["expires"])) - START).toBe(pending);
    await client.attempt(json);
    expect(Date.parse(String((await client.post(url, null)).json["expires"])) - START).toBe(valid);
    clock.now = instant(START + valid - least - 1);
    expect((await ask(profile, [name])).json["status"]).toBe("ready");
    clock.now = instant(START + valid - least);
    expect((await ask(profile, [name])).json["status"]).toBe("pending");
  }
});
