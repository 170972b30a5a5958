import { createHash } from "node:crypto";
import { instant } from "@certmill/domain";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type SimCa, startSimCa } from "../src/index.ts";
import { TestClient } from "./test-client.ts";
import { offeredChallenge, tryChallenge } from "./try-challenge.ts";

const NOW = Date.parse("2030-01-01T00:00:00Z");
const texts = new Map<string, readonly string[]>();
const asked: string[] = [];
let ca: SimCa;
let client: TestClient;
let serial = 0;

beforeAll(async () => {
  ca = await startSimCa({
    moreChallenges: true,
    now: () => instant(NOW),
    wrongNames: { "*.dns.test": "dns", "*.slow.test": "connection", "*.lying.test": "unauthorized" },
    textsOf: (name) => {
      asked.push(name);
      return texts.get(name) ?? [];
    },
  });
  client = await TestClient.registered(ca.directoryUrl);
});
afterAll(async () => {
  await ca.close();
});
beforeEach(() => {
  texts.clear();
  asked.length = 0;
});

const freshName = (): string => {
  serial += 1;
  return `Site${serial}.example.com`;
};
const digest = (keyAuthorization: string): string =>
  createHash("sha256").update(keyAuthorization).digest("base64url");
/** The label by coreutils' base32, not by the CA's. */
const accountLabel = (): string => {
  const bytes = createHash("sha256").update(String(client.accountUrl)).digest().subarray(0, 10);
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const digits = bits.match(/.{5}/g) ?? [];
  return `_${digits.map((five) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(five, 2)]).join("")}`;
};

test.each([
  ["dns-01", () => "_acme-challenge"],
  ["dns-account-01", () => `${accountLabel()}._acme-challenge`],
])("%s: one of the records is right", async (type, prefix) => {
  for (const wildcard of ["", "*."]) {
    const name = freshName();
    const record = `${prefix()}.${name.toLowerCase()}`;
    const offered = await offeredChallenge(client, { type: "dns", value: wildcard + name }, type);
    texts.set(record, ["other", digest(offered.keyAuthorization)]);
    expect(await tryChallenge(client, offered)).toBeNull();
    expect(asked.at(-1)).toBe(record);
  }
});

test.each(["dns-01", "dns-account-01"])("%s: no record, wrong records", async (type) => {
  const name = freshName().toLowerCase();
  const none = await tryChallenge(client, await offeredChallenge(client, { type: "dns", value: name }, type));
  expect(none).toMatchObject({ type: "urn:ietf:params:acme:error:dns" });
  const [record = ""] = asked;
  expect(none?.["detail"]).toContain(`NXDOMAIN looking up TXT for ${record}`);
  texts.set(record, ["one", "two", "three"]);
  const wrong = await tryChallenge(
    client,
    await offeredChallenge(client, { type: "dns", value: name }, type),
  );
  expect(wrong).toMatchObject({
    type: "urn:ietf:params:acme:error:unauthorized",
    detail: `Incorrect TXT record "one" (and 2 more) found at ${record}`,
  });
});

test("the record of dns-01 is none of dns-account-01", async () => {
  const name = freshName().toLowerCase();
  const offered = await offeredChallenge(client, { type: "dns", value: name }, "dns-account-01");
  texts.set(`_acme-challenge.${name}`, [digest(offered.keyAuthorization)]);
  expect(await tryChallenge(client, offered)).toMatchObject({ type: "urn:ietf:params:acme:error:dns" });
});

test.each([
  ["dns", "dns", "NXDOMAIN"],
  ["slow", "dns", "timed out"],
  ["lying", "unauthorized", "Incorrect TXT record"],
])("a name listed as wrong: %s.test", async (suffix, problem, detail) => {
  const offered = await offeredChallenge(client, { type: "dns", value: `a.${suffix}.test` }, "dns-01");
  texts.set(`_acme-challenge.a.${suffix}.test`, [digest(offered.keyAuthorization)]);
  expect(await tryChallenge(client, offered)).toMatchObject({
    type: `urn:ietf:params:acme:error:${problem}`,
    detail: expect.stringContaining(detail),
  });
});

const SECONDS = NOW / 1_000;
const PERSISTENT: readonly (readonly [string, "name" | "wildcard", string, string | null])[] = [
  ["the least record", "name", "ca.certmill.test; accounturi=ACCOUNT", null],
  ["other case and spaces", "name", "CA.certmill.TEST ;AccountURI = ACCOUNT;", null],
  ["a parameter of the future", "name", "ca.certmill.test; accounturi=ACCOUNT; colour=red", null],
  ["a wildcard's record for the name", "name", "ca.certmill.test; accounturi=ACCOUNT; policy=wildcard", null],
  ["a wildcard", "wildcard", "ca.certmill.test; accounturi=ACCOUNT; policy=Wildcard", null],
  ["its last second", "name", `ca.certmill.test; accounturi=ACCOUNT; persistUntil=${SECONDS}`, null],
  [
    "a second too late",
    "name",
    `ca.certmill.test; accounturi=ACCOUNT; persistUntil=${SECONDS - 1}`,
    "expired",
  ],
  ["no number", "name", "ca.certmill.test; accounturi=ACCOUNT; persistUntil=never", "persistUntil"],
  ["no policy for a wildcard", "wildcard", "ca.certmill.test; accounturi=ACCOUNT", "wildcards"],
  [
    "another policy for a wildcard",
    "wildcard",
    "ca.certmill.test; accounturi=ACCOUNT; policy=x",
    "wildcards",
  ],
  ["another issuer", "name", "other.test; accounturi=ACCOUNT", "another issuer"],
  ["another account", "name", "ca.certmill.test; accounturi=ACCOUNT0", "another account"],
  ["no account", "name", "ca.certmill.test", "another account"],
  ["an account twice", "name", "ca.certmill.test; accounturi=ACCOUNT; accounturi=ACCOUNT", "twice"],
  ["no parameter", "name", "ca.certmill.test; accounturi=ACCOUNT; ?", "malformed"],
];

test.each(PERSISTENT)("dns-persist-01: %s", async (_, kind, template, fault) => {
  const name = freshName().toLowerCase();
  const value = kind === "wildcard" ? `*.${name}` : name;
  const offered = await offeredChallenge(client, { type: "dns", value }, "dns-persist-01");
  expect(offered.document).toMatchObject({ "issuer-domain-names": ["ca.certmill.test"] });
  expect(offered.document).not.toHaveProperty("token");
  const record = template.replaceAll("ACCOUNT", String(client.accountUrl));
  texts.set(`_validation-persist.${name}`, ["v=spf1 -all", record]);
  const problem = await tryChallenge(client, offered);
  if (fault === null) expect(problem).toBeNull();
  else {
    expect(problem).toMatchObject({ type: "urn:ietf:params:acme:error:unauthorized" });
    expect(problem?.["detail"]).toContain(fault);
  }
});

test("which kinds are offered", async () => {
  const of = async (type: "dns" | "ip", value: string, one: string) =>
    [...(await offeredChallenge(client, { type, value }, one)).types].sort();
  const byDns = ["dns-01", "dns-account-01", "dns-persist-01"];
  expect(await of("dns", "kinds.example.com", "dns-01")).toEqual([...byDns, "http-01", "tls-alpn-01"]);
  expect(await of("dns", "*.kinds.example.com", "dns-01")).toEqual(byDns);
  expect(await of("ip", "192.0.2.7", "http-01")).toEqual(["http-01", "tls-alpn-01"]);
});

test("alwaysValid believes all of them", async () => {
  await using trusting = await startSimCa({ alwaysValid: true, moreChallenges: true });
  const other = await TestClient.registered(trusting.directoryUrl);
  for (const type of ["dns-01", "dns-account-01", "dns-persist-01", "tls-alpn-01", "http-01"]) {
    const offered = await offeredChallenge(other, { type: "dns", value: `${type}.example.com` }, type);
    expect((await other.post(offered.url, {})).json["status"]).toBe("valid");
  }
});
