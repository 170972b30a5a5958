import { days, hours, instant, minutes, seconds } from "@certmill/domain";
import { expect, test } from "vitest";
import { type SimCa, type SimCaOptions, startSimCa } from "../src/index.ts";
import { type Issued, issue } from "./issue.ts";
import { type Answer, problemOf, readAnswer, TestClient } from "./test-client.ts";

const START = instant(Date.UTC(2027, 0, 1));

const start = async (options: SimCaOptions = {}): Promise<SimCa> =>
  await startSimCa({ alwaysValid: true, now: () => START, ...options });

const renewalInfo = async (client: TestClient, id: string): Promise<Answer> =>
  await readAnswer(await fetch(`${client.url("renewalInfo")}/${id}`));

const order = (...names: readonly string[]) => ({
  identifiers: names.map((value) => ({ type: "dns", value })),
});

/** Certificates until one has a serial number whose first bit is set: half of all have. */
async function issueWithSignByte(client: TestClient): Promise<Issued> {
  for (;;) {
    const issued = await issue(client, ["a.example.com"]);
    if (Number.parseInt(issued.leaf.serialNumber.slice(0, 2), 16) >= 0x80) return issued;
  }
}

test.each([
  ["a long one when a third is left", days(90), 3],
  ["ten days are long", days(10), 3],
  ["a short one when a half is left", hours(160), 2],
])("the window is around the time to renew: %s", async (_, certificateLife, part) => {
  await using ca = await start({ certificateLife });
  const client = await TestClient.registered(ca.directoryUrl);
  const { leaf, certificateId } = await issue(client, ["a.example.com"]);
  const answer = await renewalInfo(client, certificateId);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get("retry-after")).toBe("21600");
  const ideal = leaf.validToDate.getTime() - certificateLife / part;
  const text = (at: number): string => new Date(at).toISOString().replace(".000", "");
  expect(answer.json).toEqual({
    suggestedWindow: {
      start: text(ideal - certificateLife / 100),
      end: text(ideal + certificateLife / 100),
    },
  });
  expect(ca.counts().renewalInfo).toBe(1);
});

test("a window is moved, with the reason", async () => {
  await using ca = await start();
  const client = await TestClient.registered(ca.directoryUrl);
  const { leaf, certificateId } = await issue(client, ["a.example.com"]);
  const window = { start: START, end: instant(START + hours(1)) };
  ca.moveRenewalWindow(leaf.serialNumber, { ...window, explanationUrl: "https://ca.test/incident" });
  expect((await renewalInfo(client, certificateId)).json).toEqual({
    suggestedWindow: { start: "2027-01-01T00:00:00Z", end: "2027-01-01T01:00:00Z" },
    explanationURL: "https://ca.test/incident",
  });
  expect(() => {
    ca.moveRenewalWindow("00", window);
  }).toThrow(RangeError);
  expect(() => {
    ca.moveRenewalWindow(leaf.serialNumber, { start: START, end: START });
  }).toThrow(RangeError);
});

test("a client that has the window is told so until it moves", async () => {
  await using ca = await start();
  const client = await TestClient.registered(ca.directoryUrl);
  const { leaf, certificateId } = await issue(client, ["a.example.com"]);
  const ask = async (known: string): Promise<Answer> =>
    await readAnswer(
      await fetch(`${client.url("renewalInfo")}/${certificateId}`, { headers: { "If-None-Match": known } }),
    );
  const etag = (await renewalInfo(client, certificateId)).headers.get("etag") ?? "";
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const { status, text, headers } = await ask(known);
    expect([status, text, headers.get("retry-after"), headers.get("etag")], known).toEqual([
      304,
      "",
      "21600",
      etag,
    ]);
  }
  expect((await ask('"other"')).status).toBe(200);
  ca.moveRenewalWindow(leaf.serialNumber, { start: START, end: instant(START + hours(1)) });
  const moved = await ask(etag);
  expect(moved.status).toBe(200);
  expect(moved.headers.get("etag")).not.toBe(etag);
});

test("a revoked certificate should have been renewed", async () => {
  await using ca = await start();
  const client = await TestClient.registered(ca.directoryUrl);
  const { leaf, certificateId } = await issue(client, ["a.example.com"]);
  await client.post(client.url("revokeCert"), { certificate: leaf.raw.toString("base64url") });
  const { json } = await renewalInfo(client, certificateId);
  const { end } = json["suggestedWindow"] as { end: string };
  expect(Date.parse(end)).toBe(START - minutes(30));
});

test("names that no certificate has", async () => {
  await using ca = await start();
  const client = await TestClient.registered(ca.directoryUrl);
  const { certificateId } = await issueWithSignByte(client);
  const [issuer = "", serial = ""] = certificateId.split(".");
  const unsigned = Buffer.from(serial, "base64url").subarray(1).toString("base64url");
  const twiceSigned = Buffer.concat([Buffer.of(0), Buffer.from(serial, "base64url")]).toString("base64url");
  const notFound = [
    `${issuer}.${unsigned}`,
    `${issuer}.${twiceSigned}`,
    `${issuer}.AQ`,
    `aYhba4dGQEHhs3uEe6CuLN4ByNQ.${serial}`,
  ];
  for (const id of notFound) expect(problemOf(await renewalInfo(client, id)), id).toBe("404 malformed");
  for (const id of ["x", `${issuer}.`, `${certificateId}=`, `${certificateId}.AA`]) {
    expect(problemOf(await renewalInfo(client, id)), id).toBe("400 malformed");
  }
  const posted = await client.post(`${client.url("renewalInfo")}/${certificateId}`, null);
  expect(problemOf(posted)).toBe("405 malformed");
  expect((await renewalInfo(client, certificateId)).status).toBe(200);
});

test("an order says what it replaces, and is the only one to", async () => {
  let now = START;
  await using ca = await start({ now: () => now, orderLife: days(1) });
  const client = await TestClient.registered(ca.directoryUrl);
  const { certificateId: replaces } = await issue(client, ["a.example.com", "b.example.com"]);
  const payload = { ...order("b.example.com", "c.example.com"), replaces };
  const first = await client.post(client.url("newOrder"), payload);
  expect(first.json["replaces"]).toBe(replaces);
  const url = String(first.headers.get("location"));
  expect((await client.post(url, null)).json["replaces"]).toBe(replaces);

  expect(problemOf(await client.post(client.url("newOrder"), payload)), "while it is open").toBe(
    "409 alreadyReplaced",
  );
  const without = await client.newOrder("b.example.com", "c.example.com");
  expect(without.headers.get("location"), "the open order is found without").toBe(url);

  now = instant(now + days(1));
  expect((await client.post(url, null)).json["status"]).toBe("invalid");
  const { order: second } = await issue(client, ["b.example.com"], { replaces });
  expect(second).toMatchObject({ status: "valid", replaces });
  now = instant(now + days(2));
  expect(problemOf(await client.post(client.url("newOrder"), payload)), "for good").toBe(
    "409 alreadyReplaced",
  );
});

test("an open order that replaces nothing is not handed out for one that does", async () => {
  await using ca = await start();
  const client = await TestClient.registered(ca.directoryUrl);
  const { certificateId: replaces } = await issue(client, ["a.example.com"]);
  const open = await client.newOrder("a.example.com");
  const answer = await client.post(client.url("newOrder"), { ...order("a.example.com"), replaces });
  expect(answer.json["replaces"]).toBe(replaces);
  expect(answer.headers.get("location")).not.toBe(open.headers.get("location"));
});

test("what must not be replaced", async () => {
  await using ca = await start();
  const client = await TestClient.registered(ca.directoryUrl);
  const stranger = await TestClient.registered(ca.directoryUrl);
  const { certificateId } = await issueWithSignByte(client);
  const [issuer = "", serial = ""] = certificateId.split(".");
  const unsigned = Buffer.from(serial, "base64url").subarray(1).toString("base64url");
  const refused = async (who: TestClient, replaces: unknown, name = "a.example.com"): Promise<string> =>
    problemOf(await who.post(who.url("newOrder"), { ...order(name), replaces }));
  expect(await refused(client, `${issuer}.AQ`)).toBe("404 malformed");
  expect(await refused(client, `AQ.${serial}`)).toBe("404 malformed");
  expect(await refused(client, `${issuer}.${unsigned}`)).toBe("404 malformed");
  expect(await refused(stranger, certificateId)).toBe("403 unauthorized");
  expect(await refused(client, certificateId, "b.example.com")).toBe("400 malformed");
  expect(await refused(client, "x")).toBe("400 malformed");
  expect(await refused(client, null)).toBe("400 malformed");
  expect((await issue(client, ["a.example.com"], { replaces: certificateId })).order["status"]).toBe("valid");
});

test("a CA without renewal information ignores what is replaced", async () => {
  await using ca = await start({ renewalInfo: false });
  const client = await TestClient.registered(ca.directoryUrl);
  expect(client.directory).not.toHaveProperty("renewalInfo");
  const { certificateId, order: issued } = await issue(client, ["a.example.com"], { replaces: "x" });
  expect(issued).not.toHaveProperty("replaces");
  const { origin } = new URL(ca.directoryUrl);
  const answer = await readAnswer(await fetch(`${origin}/acme/renewal-info/${certificateId}`));
  expect(problemOf(answer)).toBe("404 malformed");
});

test("a certificate counts whole seconds though the clock does not", async () => {
  const now = instant(START + 999);
  await using ca = await start({ now: () => now });
  const client = await TestClient.registered(ca.directoryUrl);
  const { leaf } = await issue(client, ["a.example.com"]);
  expect(leaf.validFromDate.getTime()).toBe(START - hours(1));
  expect(leaf.validToDate.getTime()).toBe(START - hours(1) + days(90) - seconds(1));
});
