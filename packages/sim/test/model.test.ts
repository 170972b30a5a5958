import { days, hours, type Instant, instant, seconds } from "@certmill/domain";
import { expect, test } from "vitest";
import { type NameModel, NO_LIMITS, per, type SimCa, startSimCa, type WrongName } from "../src/index.ts";
import { type Json, TestClient } from "./test-client.ts";
import { offeredChallenge } from "./try-challenge.ts";

const START = instant(Date.UTC(2027, 0, 1));

interface Clock {
  now: Instant;
}

const start = async (model: NameModel, clock: Clock): Promise<SimCa> =>
  await startSimCa({
    model,
    now: () => clock.now,
    limits: { ...NO_LIMITS, failedAuthorizations: per(hours(1), 1) },
  });

const firstChallenge = ({ challenges }: Json): Json => (challenges as Json[])[0] ?? {};

test("a name is right or wrong at once, and right from the instant that the model says", async () => {
  const clock = { now: START };
  const day12 = instant(START + days(12));
  const model: NameModel = (name, now) =>
    name === "right.example.com" || now >= day12 ? { kind: "right" } : { kind: "wrong", how: "connection" };
  await using ca = await start(model, clock);
  const client = await TestClient.registered(ca.directoryUrl);
  const attempt = async (name: string): Promise<Json | null> =>
    await client.attempt((await client.newOrder(name)).json);
  expect(await attempt("right.example.com")).toBeNull();
  expect(await attempt("later.example.com")).toMatchObject({ type: "urn:ietf:params:acme:error:connection" });
  clock.now = day12;
  expect(await attempt("later.example.com")).toBeNull();
});

test("a slow one is processing until its instant, and is told as of that one", async () => {
  const clock = { now: START };
  await using ca = await start(
    (name) => ({ kind: "slow", seconds: 90, outcome: name === "a.test" ? "right" : "dns" }),
    clock,
  );
  const client = await TestClient.registered(ca.directoryUrl);
  const good = await offeredChallenge(client, { type: "dns", value: "a.test" }, "http-01");
  const bad = await offeredChallenge(client, { type: "dns", value: "b.test" }, "dns-01");
  for (const { url } of [good, bad]) expect((await client.post(url, {})).json["status"]).toBe("processing");
  clock.now = instant(START + seconds(90) - 1);
  expect((await client.post(good.authorizationUrl, null)).json["status"]).toBe("pending");
  expect(ca.counts().spent.failedAuthorizations).toBe(0);
  clock.now = instant(START + days(1));
  expect(ca.counts().spent.failedAuthorizations).toBe(1);
  const valid = (await client.post(good.authorizationUrl, null)).json;
  expect(valid).toMatchObject({ status: "valid", expires: "2027-01-31T00:01:30.000Z" });
  expect(firstChallenge(valid)["validated"]).toBe("2027-01-01T00:01:30.000Z");
  const invalid = (await client.post(bad.authorizationUrl, null)).json;
  expect(firstChallenge(invalid)["error"]).toMatchObject({ type: "urn:ietf:params:acme:error:dns" });
});

test.each<[WrongName, string, string]>([
  ["dns", "http-01", "dns"],
  ["connection", "http-01", "connection"],
  ["unauthorized", "http-01", "unauthorized"],
  ["unauthorized", "tls-alpn-01", "unauthorized"],
  ["connection", "dns-01", "dns"],
  ["unauthorized", "dns-01", "unauthorized"],
])("wrong by %s, for %s", async (how, challenge, problem) => {
  await using ca = await start(() => ({ kind: "wrong", how }), { now: START });
  const client = await TestClient.registered(ca.directoryUrl);
  const offered = await offeredChallenge(client, { type: "dns", value: "a.example.com" }, challenge);
  const { json } = await client.post(offered.url, {});
  expect([json["status"], (json["error"] as Json)["type"]]).toEqual([
    "invalid",
    `urn:ietf:params:acme:error:${problem}`,
  ]);
});
