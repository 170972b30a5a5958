/** The resolvers against real name servers on loopback addresses: a root, a top-level domain, a hoster's. */
import { type Instant, instant, milliseconds, parseRange } from "@certmill/domain";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AuthoritativeResolver } from "../../src/checks/authoritative-resolver.ts";
import { dnsExchange } from "../../src/checks/dns-exchange.ts";
import { forwardingResolver } from "../../src/checks/forwarding-resolver.ts";
import { lookUpAddresses, lookUpCaa } from "../../src/checks/look-up-name.ts";
import type { NameLookups } from "../../src/checks/resolver.ts";
import { delegationSigner, type NameServers, startNameServers, zone, zoneKey } from "./name-servers.ts";

const root = "127.0.0.1";
const tld = "127.0.0.2";
const hoster = "127.0.0.3";
const second = "127.0.0.4";

const clock = { now: instant(Date.parse("2026-11-22T12:00:00Z")) };
const signing = zoneKey(clock.now);
const stale = zoneKey(clock.now);
const allowed = [parseRange("127.0.0.0/8")].filter((range) => range !== null);
const exchange = dnsExchange({ udp: milliseconds(400), tcp: milliseconds(1_000) });

let servers: NameServers;
beforeAll(async () => {
  const test = zone("test", [
    "ns A 127.0.0.2",
    "example NS ns1.example",
    "example NS ns2.example",
    "ns1.example A 127.0.0.3",
    "ns2.example A 127.0.0.4",
    // Its name servers have names elsewhere: they are looked up.
    "far NS ns1.example",
    "lost NS ns.nowhere.invalid.",
    "private NS ns.private",
    "ns.private A 10.0.0.1",
    "signed NS ns1.example",
    "stale NS ns1.example",
    "bare NS ns1.example",
  ]);
  test.records.push(
    delegationSigner("signed.test", signing),
    delegationSigner("stale.test", stale),
    delegationSigner("bare.test", signing),
  );
  const hosted = [
    zone("example.test", [
      '@ CAA 0 issue "letsencrypt.org"',
      "shop A 192.0.2.1",
      "shop A 192.0.2.2",
      "shop AAAA 2001:db8::1",
      "www CNAME shop",
      'own CAA 128 issue ";"',
      "alias CNAME x.far.test.",
      "loop CNAME pool",
      "pool CNAME loop",
      "ns1 A 127.0.0.3",
      "ns2 A 127.0.0.4",
      "nul CNAME no\0where",
      'bytes CAA 0 issue "\0; \ud800"',
      ...Array.from({ length: 14 }, (_, n) => `c${n} CNAME c${n + 1}`),
    ]),
    zone("far.test", ["x A 192.0.2.7", 'x CAA 0 issue "far.example"']),
    zone(
      "signed.test",
      ["@ A 192.0.2.9", "w CNAME @", "moved DNAME sites.signed.test.", "shop.sites A 192.0.2.10"],
      signing,
    ),
    zone("stale.test", ["@ A 192.0.2.9"], signing),
    zone("bare.test", ["@ A 192.0.2.9"]),
  ];
  servers = await startNameServers({
    [root]: [zone(".", ["test NS ns.test", "ns.test A 127.0.0.2"])],
    [tld]: [test],
    [hoster]: hosted,
    [second]: hosted,
  });
});
afterAll(() => servers[Symbol.asyncDispose]());
beforeEach(() => {
  servers.misbehaving.clear();
  servers.asked.length = 0;
  signing.validity.expiration = clock.now / 1_000 + 3_600;
});

const resolver = (): AuthoritativeResolver =>
  new AuthoritativeResolver({
    exchange,
    roots: [{ address: root, port: servers.port }],
    port: servers.port,
    allowed,
    now: (): Instant => clock.now,
  });
const lookups = (): NameLookups => resolver().begin(new AbortController().signal);
const addresses = (name: string) => lookUpAddresses(lookups(), name);
const found = (...records: string[]) => ({ kind: "found", records });

describe("the authoritative resolver", () => {
  test("walks down from the root to the name's own servers", async () => {
    expect(await addresses("shop.example.test")).toEqual({
      aliases: [],
      aliasEnd: "ends",
      v4: found("192.0.2.1", "192.0.2.2"),
      v6: found("2001:db8::1"),
    });
    expect(servers.asked.slice(0, 2)).toEqual([`${root} shop.example.test A`, `${tld} shop.example.test A`]);
    expect(servers.asked).toHaveLength(4);
  });

  test("keeps the way to a top-level domain, and nothing of a customer's", async () => {
    const kept = resolver();
    await lookUpAddresses(kept.begin(new AbortController().signal), "shop.example.test");
    servers.asked.length = 0;
    await lookUpAddresses(kept.begin(new AbortController().signal), "shop.example.test");
    expect(servers.asked[0]).toBe(`${tld} shop.example.test A`);
    expect(servers.asked).toHaveLength(3);
  });

  test("follows aliases into other zones, whose servers have names elsewhere", async () => {
    const seen = await addresses("alias.example.test");
    expect(seen).toMatchObject({ aliases: ["x.far.test"], v4: found("192.0.2.7"), v6: { kind: "none" } });
    expect(await addresses("www.example.test")).toMatchObject({
      aliases: ["shop.example.test"],
      v6: found("2001:db8::1"),
    });
  });

  test("a circle ends, and so does a chain of aliases", async () => {
    expect(await addresses("loop.example.test")).toMatchObject({
      aliasEnd: "circle",
      aliases: ["pool.example.test", "loop.example.test"],
    });
    expect(await addresses("c0.example.test")).toMatchObject({ aliasEnd: "too-long" });
  });

  test("tells no name from no record", async () => {
    expect((await addresses("gone.example.test")).v4).toEqual({ kind: "no-name" });
    expect((await addresses("example.test")).v4).toEqual({ kind: "none" });
    expect((await addresses("nothing.invalid")).v4).toEqual({ kind: "no-name" });
  });

  test("CAA: the closest name that has some, by an alias too", async () => {
    const issue = (value: string, flags = 0) => ({ records: [{ flags, tag: "issue", value }] });
    expect(await lookUpCaa(lookups(), "a.b.shop.example.test")).toMatchObject({
      at: "example.test",
      ...issue("letsencrypt.org"),
    });
    expect(await lookUpCaa(lookups(), "x.own.example.test")).toMatchObject({
      at: "own.example.test",
      ...issue(";", 128),
    });
    expect(await lookUpCaa(lookups(), "alias.example.test")).toMatchObject({
      at: "alias.example.test",
      ...issue("far.example"),
    });
    expect(await lookUpCaa(lookups(), "signed.test")).toEqual({ kind: "absent" });
  });

  test("bytes that no database takes are told as others", async () => {
    expect(await addresses("nul.example.test")).toMatchObject({
      aliases: ["no\ufffdwhere.example.test"],
      v4: { kind: "no-name" },
    });
    expect(await lookUpCaa(lookups(), "bytes.example.test")).toMatchObject({
      records: [{ flags: 0, tag: "issue", value: "\ufffd; \ufffd" }],
    });
  });

  test.each(["silent", "garbage", "SERVFAIL", "REFUSED"] as const)(
    "another server is asked when one is %s",
    async (how) => {
      servers.misbehaving.set(hoster, how);
      expect((await addresses("shop.example.test")).v4.kind).toBe("found");
    },
  );

  test("with no server that answers, it is told what they said", async () => {
    servers.misbehaving.set(hoster, "SERVFAIL").set(second, "REFUSED");
    const { v4 } = await addresses("shop.example.test");
    expect(v4).toMatchObject({ kind: "failed" });
    expect(v4).toHaveProperty("detail", expect.stringContaining(`${hoster}: SERVFAIL`));
    expect(v4).toHaveProperty("detail", expect.stringContaining(`${second}: REFUSED`));
  });

  test("a CAA question that fails is no absence", async () => {
    servers.misbehaving
      .set(`${hoster} shop.example.test CAA`, "SERVFAIL")
      .set(`${second} shop.example.test CAA`, "SERVFAIL");
    expect(await lookUpCaa(lookups(), "shop.example.test")).toMatchObject({
      kind: "failed",
      at: "shop.example.test",
    });
  });

  test("what does not fit a datagram is asked for over TCP", async () => {
    servers.misbehaving.set(hoster, "truncated").set(second, "truncated");
    expect((await addresses("shop.example.test")).v4).toEqual(found("192.0.2.1", "192.0.2.2"));
  });

  test("name servers without an address, or with one that is not public, are asked nothing", async () => {
    expect((await addresses("a.lost.test")).v4).toEqual({
      kind: "failed",
      detail: "no name server of lost.test has an address that can be asked",
    });
    expect((await addresses("a.private.test")).v4).toEqual({
      kind: "failed",
      detail: "no name server of private.test has an address that can be asked",
    });
  });
});

describe("DNSSEC", () => {
  test("a signed zone holds: its answers, its aliases and what it has not", async () => {
    expect((await addresses("signed.test")).v4).toEqual(found("192.0.2.9"));
    expect(await addresses("w.signed.test")).toMatchObject({
      aliases: ["signed.test"],
      v4: found("192.0.2.9"),
      v6: { kind: "none" },
    });
    expect((await addresses("gone.signed.test")).v4).toEqual({ kind: "no-name" });
  });

  test("keys that the registrar does not know", async () => {
    expect((await addresses("stale.test")).v4).toEqual({
      kind: "dnssec",
      detail: "no DNSKEY of the zone fits the DS record of its parent",
    });
    expect(await lookUpCaa(lookups(), "stale.test")).toMatchObject({ kind: "dnssec", at: "stale.test" });
  });

  test("a name below a DNAME record, whose CNAME is made by the server and has no signature", async () => {
    expect(await addresses("shop.moved.signed.test")).toMatchObject({
      aliases: ["shop.sites.signed.test"],
      v4: found("192.0.2.10"),
    });
    signing.validity.expiration = clock.now / 1_000 - 60;
    expect((await addresses("shop.moved.signed.test")).v4).toMatchObject({ kind: "dnssec" });
  });

  test("a zone that is signed no more", async () => {
    expect((await addresses("bare.test")).v4).toEqual({
      kind: "dnssec",
      detail: "the zone has no DNSKEY record, while its parent has a DS record",
    });
  });

  test("signatures that ran out", async () => {
    signing.validity.expiration = clock.now / 1_000 - 60;
    expect((await addresses("signed.test")).v4).toEqual({
      kind: "dnssec",
      detail: "the signature of the DNSKEY records ran out on 2026-11-22",
    });
  });
});

describe("the forwarding resolver", () => {
  const forwarding = (...to: string[]): NameLookups =>
    forwardingResolver({ exchange, servers: to.map((address) => ({ address, port: servers.port })) }).begin(
      new AbortController().signal,
    );

  test("asks its servers in turn", async () => {
    servers.misbehaving.set(hoster, "silent");
    expect((await lookUpAddresses(forwarding(hoster, second), "www.example.test")).v4).toEqual(
      found("192.0.2.1", "192.0.2.2"),
    );
    servers.misbehaving.set(second, "SERVFAIL");
    expect((await lookUpAddresses(forwarding(second), "www.example.test")).v4).toEqual({
      kind: "failed",
      detail: `${second}: SERVFAIL`,
    });
  });
});

test("an aborted check ends with its reason", async () => {
  servers.misbehaving.set(root, "silent");
  const abort = new AbortController();
  const asking = lookUpAddresses(resolver().begin(abort.signal), "shop.example.test");
  abort.abort(new Error("enough"));
  await expect(asking).rejects.toThrow("enough");
});
