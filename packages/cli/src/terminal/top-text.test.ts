import type { LiveEvent, Overview } from "@certmill/api";
import { expect, test } from "vitest";
import { topText } from "./top-text.ts";

const now = Date.parse("2026-12-12T12:00:00Z");
const at = (seconds: number): string => new Date(now + seconds * 1_000).toISOString();

const none = { count: 0, p50Ms: null, p95Ms: null, p99Ms: null };
const times = { today: { count: 12_004, p50Ms: 4_100, p95Ms: 9_000, p99Ms: 25_000 }, lastWeek: none };

const quiet: Overview = {
  at: at(0),
  tallied: { since: at(-86_400), until: at(0) },
  alerts: [],
  domains: {
    asOf: at(0),
    total: 3,
    byState: {
      waiting: 0,
      queued: 0,
      issuing: 0,
      delivering: 0,
      active: 3,
      failing: 0,
      paused: 0,
      failed: 0,
      moved: 0,
      removed: 9,
    },
  },
  timeToCertificate: { all: { today: none, lastWeek: none }, byClass: [] },
  steps: [],
  issuance: [],
  queue: { asOf: at(0), classes: [] },
  cas: [],
  expiries: { asOf: at(0), ended: 0, days: [] },
  edges: { asOf: at(0), total: 0, silent: 0, refusing: 0, waiting: 0, oldestWaitingAt: null, behind: [] },
};

const bucket: Overview["cas"][number]["budget"][number] = {
  limit: "new-orders-per-account",
  left: 288,
  reserved: 0,
  burst: 300,
  count: 300,
  periodSeconds: 10_800,
  nextAt: null,
  fullAt: at(432),
};

const busy: Overview = {
  ...quiet,
  alerts: [
    {
      code: "ca-down",
      severity: "critical",
      sentence: "zerossl is down.",
      count: null,
      ca: "zerossl",
      since: null,
    },
  ],
  domains: {
    ...quiet.domains,
    total: 500_000,
    byState: { ...quiet.domains.byState, active: 480_120, failed: 300 },
  },
  timeToCertificate: {
    all: { today: times.today, lastWeek: { count: 11_000, p50Ms: 4_000, p95Ms: 8_000, p99Ms: 61_000 } },
    byClass: [{ class: "interactive", ...times }],
  },
  steps: [
    { step: "order", today: { count: 10, p50Ms: 210, p95Ms: 400, p99Ms: 900 }, lastWeek: none },
    { step: "propagation", today: none, lastWeek: none },
  ],
  issuance: [
    {
      ca: "letsencrypt",
      issued: 12_004,
      failed: 12,
      issuedLastWeek: 0,
      failedLastWeek: 0,
      failures: [],
      hours: [],
    },
  ],
  queue: {
    asOf: at(0),
    classes: [
      { class: "campaign", waiting: 19_580, parked: 1_200, oldestAt: at(-7_200) },
      { class: "renewal", waiting: 0, parked: 0, oldestAt: null },
    ],
  },
  cas: [
    {
      ca: "letsencrypt",
      state: "well",
      stateUntil: null,
      ordersInFlight: 64,
      statusPage: null,
      budget: [bucket],
    },
    { ca: "zerossl", state: "failing", stateUntil: at(60), ordersInFlight: 0, statusPage: null, budget: [] },
  ],
  edges: { ...quiet.edges, total: 12, silent: 1, waiting: 40, oldestWaitingAt: at(-3) },
};

const events: LiveEvent[] = [1, 2, 3].map((n) => ({
  at: at(n - 4),
  kind: "certificate.stored",
  sentence: "The certificate is stored.",
  domain: `shop-${n}.example.com`,
  tenant: null,
  durationMs: null,
}));

const linesOf = (overview: Overview, height: number | null = null, width: number | null = 80) =>
  topText({ overview, events, storedLastMinute: 312 }, { now, width, height }).split("\n");

test("an installation that is well and has nothing to do says so in a few lines", () => {
  const text = topText(
    { overview: quiet, events: [], storedLastMinute: null },
    { now, width: 80, height: 24 },
  );
  expect(text.split("\n")).toEqual([
    "certmill top  2026-12-12 12:00:00Z  All is well.",
    "",
    "3 domains:  3 active",
  ]);
});

test("a busy one in 80 columns: what is wrong first, the newest last thing first", () => {
  expect(linesOf(busy)).toEqual([
    "certmill top  2026-12-12 12:00:00Z",
    "! zerossl is down.",
    "",
    "500,000 domains:  480,120 active  300 failed",
    "12 edges:  1 silent  40 certificates on their way for 3.0 s",
    "",
    "312 certificates in the last minute.",
    "TIME TO CERTIFICATE    24 H            P50            P95               P99",
    "all                  12,004  4.1 s (4.0 s)  9.0 s (8.0 s)  25 s (1 min 1 s)",
    "interactive          12,004          4.1 s          9.0 s              25 s",
    "- order                  10         210 ms         400 ms            900 ms",
    "",
    "IN LINE   WAITING  PARKED  LONGEST",
    "campaign   19,580   1,200      2 h",
    "",
    "CA           STATE    ISSUED 24 H  FAILED  IN FLIGHT  ORDERS LEFT     FULL IN",
    "letsencrypt  well          12,004      12         64      288/300  7 min 12 s",
    "zerossl      failing            0       0          0",
    "",
    "LATELY",
    "11:59:59  shop-3.example.com  The certificate is stored.",
    "11:59:58  shop-2.example.com  The certificate is stored.",
    "11:59:57  shop-1.example.com  The certificate is stored.",
  ]);
});

test("it fits the terminal, however small", () => {
  for (const height of [1, 5, 19, 20, 21, 22, 24])
    for (const width of [40, 80, 200]) {
      const lines = linesOf(busy, height, width);
      expect(lines.length).toBeLessThanOrEqual(height);
      expect(lines.at(-1)).not.toBe("LATELY");
      if (width >= 80) for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    }
});
