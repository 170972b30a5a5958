/** What is looked at each minute, at real name servers: whether what was wrong may be right by now. */
import {
  type Finding,
  type Instant,
  instant,
  milliseconds,
  type ProofFacts,
  parseRange,
} from "@certmill/domain";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { AuthoritativeResolver } from "../../src/checks/authoritative-resolver.ts";
import { dnsExchange } from "../../src/checks/dns-exchange.ts";
import { seemsMended } from "../../src/checks/seems-mended.ts";
import { type NameServers, startNameServers, zone } from "./name-servers.ts";

const hoster = "127.0.0.3";
const wrong = ["shop A 198.51.100.1", 'shop CAA 0 issue "other.example"'];
const hosted = zone("example.test", wrong);
const ranges = (...texts: readonly string[]) =>
  texts.map((text) => parseRange(text)).filter((range) => range !== null);
const now = (): Instant => instant(Date.parse("2026-11-22T12:00:00Z"));

let servers: NameServers;
beforeAll(async () => {
  servers = await startNameServers({
    "127.0.0.1": [zone(".", ["example.test NS ns.example.test", "ns.example.test A 127.0.0.3"])],
    [hoster]: [hosted],
  });
});
afterAll(async () => servers[Symbol.asyncDispose]());
beforeEach(() => {
  servers.misbehaving.clear();
  publish(...wrong);
});

function publish(...lines: readonly string[]): void {
  hosted.records.splice(0, hosted.records.length, ...zone("example.test", lines).records);
}

const nowhere: ProofFacts = { kind: "failed", detail: "not looked for" };

function look(
  fault: Pick<Finding, "code" | "name" | "found">,
  proof: ProofFacts = nowhere,
): Promise<boolean> {
  const { port } = servers;
  const resolver = new AuthoritativeResolver({
    exchange: dnsExchange({ udp: milliseconds(400), tcp: milliseconds(1_000) }),
    roots: [{ address: "127.0.0.1", port }],
    port,
    allowed: ranges("127.0.0.0/8"),
    now,
  });
  const whole: Finding = { weight: "fault", where: null, expected: [], ca: null, seenFrom: [], ...fault };
  return seemsMended(
    resolver,
    { ours: ranges("192.0.2.1"), proxies: [] },
    async () => proof,
  )(whole, new AbortController().signal);
}

test("addresses are mended when all of them are ours", async () => {
  const fault = { code: "points-elsewhere", name: "shop.example.test", found: ["198.51.100.1"] } as const;
  expect(await look(fault)).toBe(false);
  publish("shop A 192.0.2.1", "shop A 198.51.100.1");
  expect(await look(fault)).toBe(false);
  publish("shop A 192.0.2.1");
  expect(await look(fault)).toBe(true);
});

test.each(["shop.example.test", "*.shop.example.test"])(
  "CAA records of %s may be right when they are others",
  async (name) => {
    const fault = { code: "caa-forbids", name, found: ['0 issue "other.example"'] } as const;
    expect(await look(fault)).toBe(false);
    publish(...wrong, 'shop CAA 0 issue "ca.example"');
    expect(await look(fault)).toBe(true);
    publish("shop A 192.0.2.1");
    expect(await look(fault)).toBe(true);
  },
);

test("CAA records that could not be looked up may be right when there is an answer", async () => {
  const fault = { code: "caa-failed", name: "shop.example.test", found: ["SERVFAIL"] } as const;
  servers.misbehaving.set(hoster, "SERVFAIL");
  expect(await look(fault)).toBe(false);
  servers.misbehaving.clear();
  expect(await look(fault)).toBe(true);
});

test("the place of a proof is right when we may write there", async () => {
  const fault = { code: "delegation-missing", name: "*.example.test", found: [] } as const;
  const record = "_acme-challenge.example.test";
  expect(await look(fault, { kind: "elsewhere", name: record, target: "example.test.acme.test" })).toBe(
    false,
  );
  expect(await look(fault, { kind: "ours", name: "example.test.acme.test" })).toBe(true);
});
