import { describe, expect, test } from "vitest";
import { rangesOf, rightName } from "../../test/right-name.ts";
import { findingSentence } from "./catalogue.ts";
import { type Finding, findingCodes } from "./finding.ts";
import { evidenceOf, type Ingress, judgeName } from "./judge-name.ts";
import type { Lookup, NameFacts } from "./name-facts.ts";

const ingress: Ingress = { ours: rangesOf("192.0.2.1", "2001:db8::1"), proxies: rangesOf("198.51.100.0/24") };
const cas = [
  { name: "le", caaIdentities: ["letsencrypt.org"], accountUri: "https://le.example/acct/1" },
  { name: "zero", caaIdentities: ["sectigo.com"], accountUri: null },
];

const found = <T>(...records: T[]): Lookup<T> => ({ kind: "found", records });
const name = "shop.example.com";
const right: NameFacts = {
  ...rightName(name, "192.0.2.1"),
  v6: found("2001:db8:0::1"),
  probe: { kind: "answered", address: "2001:db8::1" },
};
const url = `http://${name}/.well-known/acme-challenge/x`;
const none = { kind: "none" } as const;
const noName = { kind: "no-name" } as const;
const failed = { kind: "failed", detail: "SERVFAIL" } as const;
const dnssec = { kind: "dnssec", detail: "no key for the DS record" } as const;
const caaSet = (...values: string[]): NameFacts["caa"] => ({
  kind: "set",
  at: "example.com",
  records: values.map((value) => ({ flags: 0, tag: "issue", value })),
});
const probe = (
  kind:
    | "unreachable"
    | "timeout"
    | "broken"
    | "status"
    | "wrong-answer"
    | "redirect"
    | "tls"
    | "target-dns"
    | "unsafe",
  detail: string,
): NameFacts["probe"] => ({ kind, url, address: "192.0.2.1", detail });

const record = `_acme-challenge.${name}`;
const byDns = (proof: NameFacts["proof"]): Partial<NameFacts> => ({
  challenge: "dns-01",
  v4: none,
  v6: none,
  probe: null,
  proof,
});

/** What is seen, its code (with `?` where it is only a notice), and the sentence. */
const cases: readonly (readonly [Partial<NameFacts>, string, string])[] = [
  [
    { v4: noName, v6: noName },
    "no-name",
    "shop.example.com does not exist in DNS; add an A record to 192.0.2.1, or an AAAA record to 2001:db8::1.",
  ],
  [
    { v4: none, v6: none },
    "no-address",
    "shop.example.com has no address; add an A record to 192.0.2.1, or an AAAA record to 2001:db8::1.",
  ],
  [
    { v4: none, v6: none, aliases: ["gone.example.net"] },
    "alias-no-address",
    "shop.example.com is an alias (CNAME) of gone.example.net, which has no address; replace the CNAME record by an A record to 192.0.2.1, or an AAAA record to 2001:db8::1.",
  ],
  [
    { aliases: ["a.example.net", name], aliasEnd: "circle" },
    "alias-circle",
    "shop.example.com is an alias (CNAME) that leads in a circle (a.example.net and shop.example.com); replace the CNAME record by an A record to 192.0.2.1, or an AAAA record to 2001:db8::1.",
  ],
  [
    { aliases: ["a.example.net", "b.example.net"], aliasEnd: "too-long" },
    "alias-too-long",
    "shop.example.com is an alias (CNAME) of an alias 2 times over; replace the CNAME record by an A record to 192.0.2.1, or an AAAA record to 2001:db8::1.",
  ],
  [
    { v4: failed, v6: none },
    "dns-failed",
    "The name servers of shop.example.com give no usable answer (SERVFAIL); correct them, or the name servers that are set at the registrar.",
  ],
  [
    { v4: dnssec, v6: none },
    "dnssec-failed",
    "DNSSEC of shop.example.com is broken (no key for the DS record); sign the zone anew, or remove its DS record at the registrar.",
  ],
  [
    { v4: found("203.0.113.9"), v6: none, probe: null },
    "points-elsewhere",
    "shop.example.com points to 203.0.113.9, which is not ours; change that to an A record to 192.0.2.1, or an AAAA record to 2001:db8::1.",
  ],
  [
    { v4: found("203.0.113.9"), v6: none, aliases: ["cdn.example.net"], probe: null },
    "points-elsewhere",
    "shop.example.com is an alias (CNAME) of cdn.example.net, which points to 203.0.113.9, which is not ours; replace the CNAME record by an A record to 192.0.2.1, or an AAAA record to 2001:db8::1.",
  ],
  [
    { v4: found("203.0.113.9"), v6: none },
    "points-elsewhere?",
    "shop.example.com points to 203.0.113.9, which is not known to be ours, yet requests arrive here; nothing needs to be changed.",
  ],
  [
    { name: "203.0.113.9", v4: found("203.0.113.9"), v6: none, probe: null },
    "address-elsewhere",
    "203.0.113.9 is not an address of this platform, which has 192.0.2.1 and 2001:db8::1; remove it, or have its requests for /.well-known/acme-challenge/ led here.",
  ],
  [
    { name: "2001:db8::9", v4: none, v6: found("2001:db8::9") },
    "address-elsewhere?",
    "2001:db8::9 is not known to be ours, yet requests arrive here; nothing needs to be changed.",
  ],
  [
    { v6: found("2001:db8::7") },
    "stray-aaaa",
    "shop.example.com has an IPv6 address (2001:db8::7) that is not ours; remove that AAAA record or point it to 2001:db8::1.",
  ],
  [
    { v4: found("192.0.2.1", "203.0.113.9", "203.0.113.8") },
    "stray-a",
    "shop.example.com has IPv4 addresses (203.0.113.9 and 203.0.113.8) that are not ours; remove those A records or point them to 192.0.2.1.",
  ],
  [
    { v4: found("198.51.100.7"), v6: none },
    "behind-proxy?",
    "shop.example.com points to a known proxy (198.51.100.7); it has to pass on requests for /.well-known/acme-challenge/.",
  ],
  [
    { caa: caaSet("letsencrypt.org") },
    "caa-forbids?",
    "The CAA records of example.com, which also holds for shop.example.com, do not allow zero; add an issue record for sectigo.com, or remove them.",
  ],
  [
    { caa: caaSet(";") },
    "caa-forbids caa-forbids",
    "The CAA records of example.com, which also holds for shop.example.com, do not allow le; add an issue record for letsencrypt.org, or remove them.",
  ],
  [
    { caa: { kind: "set", at: name, records: [{ flags: 128, tag: "new", value: "x" }] } },
    "caa-critical caa-critical",
    'The CAA records of shop.example.com have a critical one that no certificate authority knows (128 new "x"); remove it.',
  ],
  [
    { caa: caaSet("letsencrypt.org; accounturi=https://le.example/acct/2") },
    "caa-account caa-forbids",
    "The CAA records of example.com, which also holds for shop.example.com, allow le for another account only; set accounturi to https://le.example/acct/1, or remove it.",
  ],
  [
    { caa: caaSet("letsencrypt.org; validationmethods=dns-01") },
    "caa-method caa-forbids",
    "The CAA records of example.com, which also holds for shop.example.com, allow le by other ways of validation only; add http-01 to validationmethods, or remove it.",
  ],
  [
    { caa: { kind: "failed", at: "example.com", detail: "no answer" } },
    "caa-failed",
    "The CAA records of example.com cannot be looked up (no answer), which forbids every certificate; correct its name servers.",
  ],
  [
    { caa: { kind: "dnssec", at: name, detail: "expired" } },
    "caa-dnssec",
    "DNSSEC of shop.example.com is broken (expired), which forbids every certificate; sign the zone anew, or remove its DS record at the registrar.",
  ],
  [
    { probe: probe("unreachable", "connection refused") },
    "probe-unreachable",
    "shop.example.com cannot be reached on port 80 (192.0.2.1: connection refused); open that port, or point the name to this platform.",
  ],
  [
    { probe: probe("timeout", "10 s") },
    "probe-timeout",
    "shop.example.com accepts connections on port 80 and does not answer in time (192.0.2.1: 10 s); see what stands in the way there.",
  ],
  [
    { probe: probe("broken", "no HTTP") },
    "probe-broken",
    "shop.example.com does not answer plain HTTP on port 80 (192.0.2.1: no HTTP); see what listens there.",
  ],
  [
    { probe: probe("status", "404") },
    "probe-status",
    `A request to ${url} is answered with the status 404; let /.well-known/acme-challenge/ lead to this platform.`,
  ],
  [
    { probe: probe("wrong-answer", "<html>") },
    "probe-wrong-answer",
    `A request to ${url} is answered by another server (192.0.2.1: <html>); let /.well-known/acme-challenge/ lead to this platform.`,
  ],
  [
    { probe: probe("redirect", "the port 8080") },
    "probe-redirect",
    `shop.example.com redirects in a way that no certificate authority follows (the port 8080 at ${url}); leave /.well-known/acme-challenge/ out of that redirect.`,
  ],
  [
    { probe: probe("tls", "handshake failure") },
    "probe-tls",
    `shop.example.com redirects to ${url}, whose TLS fails (handshake failure); leave /.well-known/acme-challenge/ out of that redirect.`,
  ],
  [
    { probe: probe("target-dns", "no such name") },
    "probe-target-dns",
    `shop.example.com redirects to ${url}, which has no address (no such name); leave /.well-known/acme-challenge/ out of that redirect.`,
  ],
  [
    { probe: probe("unsafe", "not public") },
    "probe-unsafe",
    `A request to ${url} leads to an address that no certificate authority can reach (192.0.2.1); point it to a public one.`,
  ],
  [
    byDns({ kind: "elsewhere", name: record, target: `${name}.acme.test` }),
    "delegation-missing",
    `The proof for ${name} goes to ${record}, which has no CNAME record; set one to ${name}.acme.test.`,
  ],
  [
    byDns({ kind: "elsewhere", name: "other.test", target: `${name}.acme.test` }),
    "delegation-missing",
    `The proof for ${name} goes to ${record}, which leads to other.test; point its CNAME record to ${name}.acme.test.`,
  ],
  [
    byDns({ kind: "elsewhere", name: record, target: null }),
    "delegation-missing",
    `The proof for ${name} goes to ${record}, which has no CNAME record; the platform has to have a zone that takes it (certmill dns add).`,
  ],
  [
    byDns({ kind: "failed", detail: "SERVFAIL" }),
    "delegation-failed",
    `The proof for ${name} goes to ${record}, which cannot be looked up (SERVFAIL); correct the name servers, or those that are set at the registrar.`,
  ],
  [
    byDns({ kind: "no-zone", zone: "example.com" }),
    "zone-missing",
    `The proof for ${name} goes into the zone example.com, which does not exist in DNS; have it delegated to its name servers again, or remove the domain.`,
  ],
];

const told = (findings: readonly Finding[]): string =>
  findings.map(({ code, weight }) => (weight === "notice" ? `${code}?` : code)).join(" ");

describe("judgeName", () => {
  test("finds nothing wrong with what is right", () => {
    expect(judgeName(right, ingress, cas)).toEqual([]);
  });

  test.each(cases)("%j", (seen, codes, sentence) => {
    const findings = judgeName({ ...right, ...seen }, ingress, cas);
    expect(told(findings)).toBe(codes);
    expect(findings.map((finding) => findingSentence(finding))[0]).toBe(sentence);
  });

  test("every code is shown above", () => {
    const shown = new Set(
      cases.flatMap(([, codes]) => codes.split(" ").map((code) => code.replace("?", ""))),
    );
    expect([...shown].toSorted()).toEqual(Object.keys(findingCodes).toSorted());
  });

  test("a stray address is a fault though the probe took another and came through", () => {
    const findings = judgeName({ ...right, v6: found("2001:db8::7") }, ingress, cas);
    expect(evidenceOf(findings)).toBe("dns");
  });

  test("with wrong addresses nothing is said of the probe: there is one thing to change", () => {
    const facts = { ...right, v4: found("203.0.113.9"), v6: none, probe: probe("status", "404") };
    expect(told(judgeName(facts, ingress, cas))).toBe("points-elsewhere");
  });

  test("of a wildcard only CAA is judged, by issuewild", () => {
    const caa = {
      kind: "set",
      at: "example.com",
      records: [{ flags: 0, tag: "issuewild", value: ";" }],
    } as const;
    const wildcard = { ...right, name: "*.example.com", challenge: "dns-01" } as const;
    const facts: NameFacts = { ...wildcard, v4: noName, v6: noName, caa, probe: null };
    expect(told(judgeName(facts, ingress, cas))).toBe("caa-forbids caa-forbids");
  });

  test("of a name that is proven by DNS-01 only CAA is judged, by that method", () => {
    const only = (method: string): NameFacts => ({
      ...right,
      ...byDns({ kind: "ours", name: record }),
      caa: caaSet(`letsencrypt.org; validationmethods=${method}`),
    });
    expect(judgeName(only("dns-01"), ingress, cas.slice(0, 1))).toEqual([]);
    expect(judgeName(only("http-01"), ingress, cas.slice(0, 1))[0]).toMatchObject({
      code: "caa-method",
      expected: ["dns-01"],
    });
  });

  test("one family that cannot be looked up is no fault where the other is right", () => {
    expect(judgeName({ ...right, v6: failed }, ingress, cas)).toEqual([]);
  });

  test("of thousands of records so many are told as are read", () => {
    const records = Array.from({ length: 5_000 }, (_, n) => ({
      flags: 0,
      tag: "issue",
      value: `${n}${"\u{1f600}".repeat(500)}`,
    }));
    const findings = judgeName({ ...right, caa: { kind: "set", at: name, records } }, ingress, cas);
    for (const { code, found: told } of findings) {
      expect([code, told.length]).toEqual(["caa-forbids", 20]);
      for (const text of told) expect([text.length, text.isWellFormed()]).toEqual([300, true]);
    }
    expect(findings).toHaveLength(2);
  });

  test("a CA that takes no notice of CAA is stopped by none", () => {
    const facts: NameFacts = { ...right, caa: { kind: "failed", at: name, detail: "no answer" } };
    expect(judgeName(facts, ingress, [{ name: "own", caaIdentities: [], accountUri: null }])).toEqual([]);
  });

  test("the probe alone is weaker evidence than DNS", () => {
    const findings = judgeName({ ...right, probe: probe("status", "404") }, ingress, cas);
    expect(evidenceOf(findings)).toBe("probe");
    expect(evidenceOf([])).toBe("none");
    expect(evidenceOf(judgeName({ ...right, v4: found("198.51.100.7") }, ingress, cas))).toBe("none");
  });
});
