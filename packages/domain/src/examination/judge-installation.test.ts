import fc from "fast-check";
import { expect, test } from "vitest";
import { instant, milliseconds, minutes } from "../time/instant.ts";
import type { ExaminationCode } from "./examination-finding.ts";
import type { CaFacts, InstallationFacts } from "./installation-facts.ts";
import { judgeInstallation } from "./judge-installation.ts";

const now = instant(Date.parse("2026-11-27T12:00:00Z"));
const ago = (span: number) => instant(now - span);

const ca: CaFacts = {
  name: "letsencrypt",
  directory: { kind: "answered", took: milliseconds(40), clockAhead: 800 },
  getsOrders: true,
  ordersLeft: 300,
  statusPage: "fine",
};

const database: InstallationFacts["database"] = {
  engine: "PostgreSQL 15.18",
  embedded: false,
  roundTrip: milliseconds(0.4),
  clockAhead: -20,
  connections: { used: 12, most: 100 },
};

const edge = { name: "edge-1", group: "default", lastSeenAt: ago(1_000), behind: 0, halfPairs: 0 };

const well: InstallationFacts = {
  now,
  database,
  notReady: [],
  keys: { current: "2026", secretsUnderOthers: 0 },
  oldestDueAt: ago(2_000),
  cas: [ca],
  paths: [{ name: "shop.example.com", broken: null }],
  certificates: { served: 10_000, ending: 0 },
  edges: [edge],
  failingWebhooks: 0,
};

const codesOf = (facts: InstallationFacts, state: "right" | "wrong" | "note"): readonly ExaminationCode[] =>
  judgeInstallation(facts)
    .filter((finding) => finding.state === state)
    .map(({ code }) => code);

test("an installation that is well is right in every part, in a sentence each", () => {
  expect(judgeInstallation(well).map(({ sentence }) => sentence)).toEqual([
    "PostgreSQL 15.18 answers in 0.4 ms.",
    "The clock agrees with the database's and letsencrypt's.",
    "Every secret is sealed with the key-encryption key 2026.",
    "What is due is being done.",
    "letsencrypt answers in 40 ms and takes orders.",
    "The responder is reached from outside by shop.example.com.",
    "None of 10000 certificates to be served is near its end.",
    "The edge serves what it is to.",
    "No webhook fails.",
  ]);
  expect(codesOf(well, "right")).toHaveLength(9);
});

const faults: readonly (readonly [ExaminationCode, "wrong" | "note", Partial<InstallationFacts>, RegExp])[] =
  [
    ["database-slow", "wrong", { database: { ...database, roundTrip: milliseconds(20) } }, /takes 20 ms/],
    [
      "database-full",
      "wrong",
      { database: { ...database, connections: { used: 90, most: 100 } } },
      /90 of its 100/,
    ],
    ["not-ready", "wrong", { notReady: ["The worker has ended."] }, /^The worker has ended\.$/],
    [
      "clock-off",
      "wrong",
      { database: { ...database, clockAhead: 5_001 } },
      /is 5 seconds behind the database's/,
    ],
    [
      "clock-off",
      "wrong",
      { database: { ...database, clockAhead: -90_000 } },
      /90 seconds ahead of the database's/,
    ],
    ["keys-old", "note", { keys: { current: "b", secretsUnderOthers: 1 } }, /^1 secret is sealed/],
    ["work-overdue", "wrong", { oldestDueAt: ago(minutes(5)) }, /due for 5 minutes/],
    ["ca-missing", "wrong", { cas: [] }, /no CA/],
    [
      "ca-away",
      "wrong",
      { cas: [{ ...ca, directory: { kind: "away", reason: "no answer" } }] },
      /reached: no answer\./,
    ],
    ["ca-rests", "wrong", { cas: [{ ...ca, getsOrders: false }] }, /gets no orders now/],
    ["ca-troubled", "note", { cas: [{ ...ca, statusPage: "degraded" }] }, /says that it is troubled/],
    ["ca-spent", "note", { cas: [{ ...ca, ordersLeft: 0 }] }, /is spent for now/],
    ["checks-off", "note", { paths: null }, /not known/],
    ["path-untried", "note", { paths: [] }, /No name has a certificate/],
    [
      "path-broken",
      "wrong",
      { paths: [{ name: "a.example.com", broken: { sentence: "Something else answers.", fix: null } }] },
      /By a\.example\.com .*: Something else answers\.$/,
    ],
    [
      "certificates-ending",
      "wrong",
      { certificates: { served: 5, ending: 1 } },
      /^1 of 5 .* is near the end/,
    ],
    ["edges-missing", "note", { edges: [] }, /No edge/],
    [
      "edge-silent",
      "wrong",
      { edges: [{ ...edge, lastSeenAt: ago(minutes(5) + 1), behind: 9_000 }] },
      /not asked for 5 minutes/,
    ],
    ["edge-behind", "wrong", { edges: [{ ...edge, behind: 11 }] }, /serves 11 current certificates/],
    ["edge-half-pairs", "note", { edges: [{ ...edge, halfPairs: 3 }] }, /serves 3 pairs .* P-256 one only/],
    ["webhooks-failing", "wrong", { failingWebhooks: 2 }, /^2 webhooks fail/],
  ];

test.each(faults)(
  "%s (%s) is told of, with what to do, and nothing else changes",
  (code, state, change, words) => {
    const findings = judgeInstallation({ ...well, ...change });
    const [finding, ...others] = findings.filter((each) => each.state !== "right");
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code, state, sentence: expect.stringMatching(words) });
    if (state === "wrong") expect(finding?.fix).toMatch(/\w/);
  },
);

test("what is on its way to an edge of a large fleet is no fault", () => {
  expect(codesOf({ ...well, edges: [{ ...edge, behind: 10 }] }, "wrong")).toEqual([]);
});

test("many edges are counted, the first of them named", () => {
  const edges = Array.from({ length: 900 }, (_, at) => ({
    ...edge,
    name: `edge-${at}`,
    lastSeenAt: ago(minutes(60)),
  }));
  const findings = judgeInstallation({ ...well, edges }).filter(({ part }) => part === "edges");
  expect(findings).toHaveLength(6);
  expect(findings.at(-1)?.sentence).toBe("895 more edges have not asked either.");
});

test("whatever is seen, every part has its word and every sentence ends", () => {
  const anyFacts = fc.record<InstallationFacts>({
    now: fc.constant(now),
    database: fc.record({
      engine: fc.constant("PostgreSQL 15.18"),
      embedded: fc.boolean(),
      roundTrip: fc.double({ min: 0, max: 1e9, noNaN: true }).map(milliseconds),
      clockAhead: fc.integer(),
      connections: fc.option(fc.record({ used: fc.nat(200), most: fc.nat(200) })),
    }),
    notReady: fc.constantFrom([], ["It is not there."]),
    keys: fc.record({ current: fc.constant("a"), secretsUnderOthers: fc.nat() }),
    oldestDueAt: fc.option(fc.integer().map(instant)),
    cas: fc.constantFrom([], [ca], [ca, { ...ca, getsOrders: false, ordersLeft: null, statusPage: null }]),
    paths: fc.constantFrom(null, [], well.paths ?? []),
    certificates: fc.record({ served: fc.nat(), ending: fc.nat() }),
    edges: fc.array(
      fc.record({
        name: fc.constant("e"),
        group: fc.constant("g"),
        lastSeenAt: fc.integer().map(instant),
        behind: fc.nat(),
        halfPairs: fc.nat(),
      }),
    ),
    failingWebhooks: fc.nat(),
  });
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const findings = judgeInstallation(facts);
      expect(new Set(findings.map(({ part }) => part)).size).toBe(9);
      for (const { sentence } of findings) expect(sentence).toMatch(/^\S.*\.$/);
    }),
  );
});
