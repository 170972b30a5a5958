/** Whether what was written is at all name servers of a zone, asked for at real ones on loopback addresses. */
import { instant, milliseconds, parseRange } from "@certmill/domain";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { AuthoritativeResolver } from "../../src/checks/authoritative-resolver.ts";
import { dnsExchange, type Exchange, NoReply } from "../../src/checks/dns-exchange.ts";
import { whatIsMissing } from "../../src/dns/propagation.ts";
import { type Misbehaviour, type NameServers, startNameServers, zone } from "../checks/name-servers.ts";

const [first, second, third] = ["127.0.0.3", "127.0.0.4", "127.0.0.5"] as const;
const name = "_acme-challenge.example.test";
const delegation = [
  "example.test NS ns1.example.test",
  "example.test NS ns2.example.test",
  "ns1.example.test A 127.0.0.3",
  "ns2.example.test A 127.0.0.4",
];
const [atFirst, atSecond, atThird] = [
  zone("example.test", []),
  zone("example.test", []),
  zone("example.test", []),
];
const empty = [...atFirst.records];
const overLoopback = dnsExchange({ udp: milliseconds(400), tcp: milliseconds(1_000) });

let servers: NameServers;
beforeAll(async () => {
  servers = await startNameServers({
    "127.0.0.1": [zone(".", delegation)],
    [first]: [atFirst],
    [second]: [atSecond],
    [third]: [atThird],
  });
});
afterAll(async () => servers[Symbol.asyncDispose]());
beforeEach(() => {
  servers.misbehaving.clear();
  for (const { records } of [atFirst, atSecond, atThird]) records.splice(0, records.length, ...empty);
});

const publish = (...zones: readonly (typeof atFirst)[]): void => {
  for (const { records } of zones)
    records.push(...zone("example.test", ["_acme-challenge TXT proof"]).records);
};

function look(
  exchange: Exchange = overLoopback,
  names: readonly string[] = [name],
): ReturnType<typeof whatIsMissing> {
  const { port } = servers;
  const resolver = new AuthoritativeResolver({
    exchange,
    roots: [{ address: "127.0.0.1", port }],
    port,
    allowed: [parseRange("127.0.0.0/8")].filter((range) => range !== null),
    now: () => instant(Date.parse("2026-11-22T12:00:00Z")),
  });
  const { signal } = new AbortController();
  return whatIsMissing(
    () => resolver.begin(signal),
    names.map((each) => ({ zone: "example.test", name: each, text: "proof" })),
  );
}

test("all have it, or it is told which has not", async () => {
  publish(atFirst);
  expect(await look()).toEqual({
    missing: `${name} has not got the text at 1 of 2 name servers (127.0.0.4).`,
    silent: null,
  });
  publish(atSecond);
  expect(await look()).toEqual({ missing: null, silent: null });
});

test.each<[Misbehaviour, string]>([
  ["silent", "no answer in time"],
  ["SERVFAIL", "SERVFAIL"],
])("one that is %s is told apart while the other has it", async (how, why) => {
  servers.misbehaving.set(second, how);
  publish(atFirst);
  expect(await look()).toEqual({
    missing: null,
    silent: `1 of 2 name servers of ${name} do not answer (127.0.0.4: ${why}).`,
  });
  servers.misbehaving.set(first, how);
  expect((await look()).missing).toMatch(/^No name server of _acme-challenge\.example\.test answers \(/);
});

test("one to which there is no way from here is not waited for", async () => {
  publish(atFirst);
  const withoutWay: Exchange = async (server, ...asked) => {
    if (server.address === second) throw new NoReply("not reachable from here", false);
    return overLoopback(server, ...asked);
  };
  expect(await look(withoutWay)).toEqual({ missing: null, silent: null });
});

test("one that only the zone itself names is asked, too; a name that leads to none is left out", async () => {
  const named = ["@ NS ns1", "@ NS ns2", "@ NS ns3", "@ NS ns4.nowhere.test.", "ns3 A 127.0.0.5"];
  for (const { records } of [atFirst, atSecond]) records.push(...zone("example.test", named).records);
  publish(atFirst, atSecond);
  expect(await look()).toEqual({
    missing: `${name} has not got the text at 1 of 3 name servers (127.0.0.5).`,
    silent: null,
  });
  publish(atThird);
  expect(await look()).toEqual({ missing: null, silent: null });
});

test("a hundred names are looked at, as many as an order has", async () => {
  const names = Array.from({ length: 100 }, (_, n) => `n${n}`);
  const lines = names.map((each) => `${each} TXT proof`);
  for (const { records } of [atFirst, atSecond]) records.push(...zone("example.test", lines).records);
  const whole = names.map((each) => `${each}.example.test`);
  expect(await look(overLoopback, whole)).toEqual({ missing: null, silent: null });
});
