import { describe, expect, test } from "vitest";
import { parseRange } from "../check/address.ts";
import type { Lookup, NameFacts } from "../check/name-facts.ts";
import { instant } from "../time/instant.ts";
import { judgePath, type PathContext } from "./judge-path.ts";
import type { Hop, PathFacts, TlsSeen, Way, WayOutcome } from "./path-facts.ts";
import { type PathStep, pathCodes } from "./path-step.ts";

const name = "shop.example.com";
const url = `http://${name}/.well-known/acme-challenge/x`;
const https = url.replace("http:", "https:");
const now = instant(1_000_000);
const ranges = (...texts: string[]) => texts.map(parseRange).filter((range) => range !== null);
const found = (...records: string[]): Lookup<string> => ({ kind: "found", records });

const answered: WayOutcome = { kind: "answered", by: "responder" };
const served: TlsSeen = { kind: "served", serial: "0a", names: [name], notAfter: instant(2_000_000) };
const hop = (status: number, more: Partial<Hop> = {}): Hop => ({
  url,
  status,
  location: null,
  server: null,
  between: null,
  cached: null,
  ...more,
});
const right: Way = { address: "192.0.2.1", hops: [hop(200)], outcome: answered, tls: served, rsaTls: null };
const facts: PathFacts = {
  name,
  aliases: [],
  aliasEnd: "ends",
  v4: found("192.0.2.1"),
  v6: { kind: "none" },
  ways: [right],
  afar: [],
};
const context: PathContext = {
  ingress: { ours: ranges("192.0.2.1", "2001:db8::1"), proxies: ranges("198.51.100.0/24") },
  held: { serial: "0a", earlier: ["09"] },
  twin: null,
  told: [{ edge: "paris-1", ofTwin: false, isCurrent: true, error: null }],
  byDns: false,
  now,
};

const mark = { right: "+", wrong: "-", note: "." } as const;
const told = (steps: readonly PathStep[]): string =>
  steps.map(({ state, code }) => `${mark[state]}${code}`).join(" ");
const whole = (way: Partial<Way>): PathFacts => ({ ...facts, ways: [{ ...right, ...way }] });
const challenge = (way: Partial<Way>): readonly PathStep[] =>
  judgePath(whole(way), context).filter(({ part }) => part === "challenge");

test("what is right has a step for each part, and nothing to do", () => {
  const steps = judgePath(facts, context);
  expect(told(steps)).toBe("+addresses +connected +answered +served +told");
  expect(steps.every(({ fix }) => fix === null)).toBe(true);
  expect(steps.map(({ sentence }) => sentence)).toEqual([
    "shop.example.com has 192.0.2.1 (ours).",
    "192.0.2.1 takes connections on port 80.",
    "The responder's answer comes back.",
    "It serves the certificate 0a, which is the one of this server.",
    "paris-1 has told that it serves it.",
  ]);
});

const failure = (
  kind: Exclude<WayOutcome["kind"], "answered" | "busy" | "other-account">,
  at: string,
  detail: string,
) => ({ kind, url: at, detail }) as const;
const toHttps = hop(301, { location: https, server: "nginx" });

/** The answers, how it ends, the steps, and what the last wrong one says. */
const ways: readonly (readonly [readonly Hop[], WayOutcome, string, RegExp])[] = [
  [[hop(200)], { kind: "answered", by: "edge" }, "+connected +answered-by-edge", /^$/],
  [[toHttps, hop(200, { url: https })], answered, "+connected +redirected +answered", /^$/],
  [[], { kind: "busy" }, ".busy", /^$/],
  [
    [hop(200)],
    { kind: "other-account", thumbprint: "T".repeat(43) },
    "+connected -other-account",
    /thumbprint T{43}, which is of no account/,
  ],
  [
    [],
    failure("unreachable", url, "connection refused"),
    "-probe-unreachable",
    /port 80 \(connection refused\)/,
  ],
  [[], failure("timeout", url, "10 s"), "-probe-timeout", /does not answer in time/],
  [[], failure("broken", url, "no HTTP"), "-probe-broken", /does not answer HTTP/],
  [[], failure("unsafe", url, "not public"), "-probe-unsafe", /not on the public internet/],
  [
    [hop(404, { server: "nginx" })],
    failure("status", url, "404"),
    "+connected -not-led-here",
    /^It answers 404, by nginx: .* Put the rule into this proxy/,
  ],
  [
    [hop(503)],
    failure("status", url, "503"),
    "+connected -responder-away",
    /^It answers 503: no responder stands behind the proxy/,
  ],
  [
    [hop(200)],
    failure("wrong-answer", url, "<html>"),
    "+connected -another-answers",
    /Something else answers: <html>/,
  ],
  [
    [toHttps, hop(404, { url: https, server: "Apache" })],
    failure("status", https, "404"),
    "+connected .redirected -redirect-away",
    /ends at https:.*404, by Apache\. Leave .* out of the redirect\. HAProxy: "http-request redirect" runs before/,
  ],
  [
    [toHttps, hop(200, { url: https })],
    failure("wrong-answer", https, "<html>"),
    "+connected .redirected -redirect-away",
    /where something else answers/,
  ],
  [
    [toHttps],
    failure("unreachable", https, "connection refused"),
    "+connected .redirected -redirect-dead",
    /leads to https:.*, which does not answer \(connection refused\)\. Leave /,
  ],
  [[toHttps], failure("tls", https, "no handshake"), "+connected .redirected -redirect-dead", /no handshake/],
  [
    [toHttps],
    failure("target-dns", https, "no such name"),
    "+connected .redirected -redirect-dead",
    /no such name/,
  ],
  [
    [hop(301, { location: "http://x:8080/" })],
    failure("redirect", url, "the port 8080"),
    "+connected .redirected -probe-redirect",
    /no certificate authority follows: the port 8080/,
  ],
  [
    [hop(404, { between: "Cloudflare", cached: "age: 9" })],
    failure("status", url, "404"),
    "+connected .between -cached -not-led-here",
    /not come to the responder/,
  ],
  [[hop(200, { between: "Cloudflare" })], answered, "+connected .between +answered", /^$/],
];

describe("a challenge by one address", () => {
  test.each(ways)("%j %j: %s", (hops, outcome, steps, says) => {
    const seen = challenge({ hops, outcome });
    expect(told(seen)).toBe(steps);
    const last = seen.findLast(({ state }) => state === "wrong");
    expect(last === undefined ? "" : `${last.sentence} ${last.fix}`).toMatch(says);
  });
});

test("an IPv6 address may be out of reach for reasons of our own", () => {
  const outcome = failure("unreachable", url, "not reachable from here");
  const fixes = (address: string) => challenge({ address, hops: [], outcome }).map(({ fix }) => fix);
  expect(fixes("2001:db8::1")).toEqual([expect.stringContaining("without IPv6 of its own")]);
  expect(fixes("192.0.2.1")).toEqual([expect.not.stringContaining("IPv6")]);
});

const certificates: readonly (readonly [TlsSeen, PathContext["held"], string])[] = [
  [served, context.held, "+served"],
  [{ ...served, notAfter: now }, context.held, "-served-expired"],
  [{ ...served, serial: "09" }, context.held, "-served-before"],
  [{ ...served, serial: "0b" }, context.held, "-served-other"],
  [{ kind: "unreachable", detail: "connection refused" }, context.held, "-not-served"],
  [{ kind: "failed", detail: "alert 112" }, context.held, "-not-served"],
  [{ kind: "unasked" }, context.held, ".busy"],
  // Without a certificate there is nothing to be delivered.
  [served, null, ".nothing-held"],
  [{ kind: "unreachable", detail: "connection refused" }, null, ".nothing-held"],
];

describe("TLS", () => {
  test.each(certificates)("%j, held %j: %s", (tls, held, step) => {
    const steps = judgePath(whole({ tls }), { ...context, held, told: [] });
    expect(told(steps.filter(({ part }) => part === "tls"))).toBe(step);
  });

  test("of a certificate for many names some are told", () => {
    const names = ["a", "b", "c", "d", "e"];
    const steps = judgePath(whole({ tls: { ...served, serial: "0b", names } }), context);
    expect(steps.find(({ code }) => code === "served-other")?.sentence).toContain("for a, b, c and 2 more");
  });
});

const one = { edge: "a", ofTwin: false, isCurrent: true, error: null };

test.each<[PathContext["told"], string]>([
  [[], ".not-told"],
  [[{ ...one, isCurrent: false }], ".not-told"],
  [[{ ...one, error: "full" }], "-refused-by-edge"],
  [[one, { ...one, edge: "b", isCurrent: false }], "+told .not-told"],
])("edges that told %j: %s", (edges, steps) => {
  const seen = judgePath(facts, { ...context, told: edges });
  expect(told(seen.filter(({ part }) => part === "delivery"))).toBe(steps);
});

describe("DNS", () => {
  test("an IPv6 address elsewhere is told before the ways", () => {
    const stray = { ...facts, v6: found("2001:db8::7") };
    const [first] = judgePath(stray, context);
    expect(first).toMatchObject({
      code: "stray-aaaa",
      state: "wrong",
      sentence: expect.stringContaining("remove that AAAA record or point it to 2001:db8::1"),
    });
  });

  test("a name without any has no way, and says so once", () => {
    const gone = { ...facts, v4: { kind: "no-name" }, v6: { kind: "no-name" }, ways: [] } as const;
    expect(told(judgePath(gone, { ...context, held: null }))).toBe("-no-name");
  });

  test("an address that is not known as ours and answers is worth to know", () => {
    const elsewhere = { ...facts, v4: found("203.0.113.9") };
    expect(told(judgePath(elsewhere, context))).toMatch(/^\+addresses \.points-elsewhere /);
    expect(told(judgePath({ ...elsewhere, ways: [] }, context))).toMatch(/^-points-elsewhere/);
  });

  test("an alias, and a proxy that is known", () => {
    const [first] = judgePath(
      { ...facts, aliases: ["edge.example.net"], v4: found("198.51.100.9") },
      context,
    );
    expect(first?.sentence).toBe(
      "shop.example.com is an alias of edge.example.net, which has 198.51.100.9 (a known proxy).",
    );
  });
});

const seenFrom = (probe: NameFacts["probe"]): PathFacts => {
  const { aliases, aliasEnd, v4, v6 } = facts;
  const seen = {
    name,
    challenge: "http-01",
    aliases,
    aliasEnd,
    v4,
    v6,
    caa: { kind: "absent" },
    probe,
    proof: null,
  } as const;
  return { ...facts, afar: [{ from: "paris", facts: seen }] };
};

test("what a vantage point sees is told with the place", () => {
  const one = (path: PathFacts) => judgePath(path, context).filter(({ part }) => part === "vantage");
  expect(one(seenFrom({ kind: "answered", address: "192.0.2.1" }))).toMatchObject([
    { state: "right", sentence: "Seen from paris: the answer comes back from 192.0.2.1." },
  ]);
  expect(one(seenFrom({ kind: "timeout", url, address: "192.0.2.1", detail: "10 s" }))).toMatchObject([
    { code: "probe-timeout", state: "wrong", sentence: expect.stringMatching(/^Seen from paris: shop/) },
  ]);
});

test("what is proven by DNS-01 needs no path: a fault there is worth to know, others stay", () => {
  const broken = {
    ...seenFrom({ kind: "timeout", url, address: null, detail: "" }),
    ...whole({ hops: [], outcome: failure("timeout", url, "") }),
  };
  const steps = judgePath({ ...broken, v6: found("2001:db8::7") }, { ...context, byDns: true });
  expect(told(steps)).toBe("-stray-aaaa .probe-timeout +served +told");
});

/** In pair-steps.test.ts. */
const ofPairs = ["half-held", "half-served", "half-told"];

test("every code is shown above", () => {
  const tables = JSON.stringify([ways.map(([, , steps]) => steps), certificates.map(([, , step]) => step)]);
  const elsewhere = new Set<string>(["addresses", "told", "not-told", "refused-by-edge", ...ofPairs]);
  expect(pathCodes.filter((code) => !tables.includes(code) && !elsewhere.has(code))).toEqual([]);
});
