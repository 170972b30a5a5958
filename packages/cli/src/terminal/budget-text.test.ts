import type { Budget } from "@certmill/api";
import { expect, test } from "vitest";
import { budgetText } from "./budget-text.ts";

const now = Date.parse("2026-12-12T12:00:00Z");
const at = (seconds: number): string => new Date(now + seconds * 1_000).toISOString();

const nothing = {
  orders: 0,
  byClass: { emergency: 0, interactive: 0, renewal: 0, campaign: 0 },
  top: [],
};

const account: Budget["account"][number] = {
  limit: "new-orders-per-account",
  left: 300,
  reserved: 0,
  burst: 300,
  count: 300,
  periodSeconds: 10_800,
  nextAt: null,
  fullAt: null,
};

const quiet: Budget = {
  ca: "letsencrypt",
  default: true,
  weight: 100,
  limits: "letsencrypt",
  state: "well",
  stateUntil: null,
  account: [account],
  spent: { day: nothing, week: nothing },
  tightest: [],
  paused: { count: 0, names: [], sentence: "The CA has paused no name." },
  parked: { lineages: 0, limits: [] },
};

test("a CA that nothing was asked of takes two lines", () => {
  expect(budgetText(quiet, now)).toBe(
    ["letsencrypt: all 300 new orders are there.", "  The limit is 300 at once, 300 more every 3 h."].join(
      "\n",
    ),
  );
  expect(budgetText({ ...quiet, account: [] }, now)).toBe(
    "letsencrypt: no limit on orders is known; what the CA refuses is kept to.",
  );
});

test("an empty budget says when the next order can be made", () => {
  const empty = { ...account, left: 0, reserved: 12, nextAt: at(36), fullAt: at(10_800) };
  expect(budgetText({ ...quiet, account: [empty] }, now).split("\n")).toEqual([
    "letsencrypt: no new order is left; the next in 36 s, full again in 3 h.",
    "  The limit is 300 at once, 300 more every 3 h; 12 are reserved for orders under way.",
  ]);
});

test("a busy one tells who spent it, who waits and for what, in 80 columns", () => {
  const day = {
    orders: 12_002,
    byClass: { emergency: 0, interactive: 2, renewal: 0, campaign: 12_000 },
    top: [
      { kind: "campaign" as const, name: "spring", orders: 12_000 },
      { kind: "tenant" as const, name: "acme", orders: 2 },
    ],
  };
  const week = {
    orders: 12_007,
    byClass: { emergency: 0, interactive: 2, renewal: 5, campaign: 12_000 },
    top: [
      { kind: "campaign" as const, name: "spring", orders: 12_000 },
      { kind: "nobody" as const, name: null, orders: 5 },
    ],
  };
  const perDomain = "new-certificates-per-registered-domain" as const;
  const tight = { ...account, limit: perDomain, burst: 50, count: 50, periodSeconds: 604_800 };
  const text = budgetText(
    {
      ...quiet,
      state: "slow",
      stateUntil: at(300),
      account: [{ ...account, left: 288, fullAt: at(432) }],
      spent: { day, week },
      tightest: [
        { ...tight, key: "empty.example", left: 0, nextAt: at(12_096), fullAt: at(604_800) },
        { ...tight, key: "half.example", left: 25, fullAt: at(302_400) },
      ],
      paused: { count: 12, names: ["a.example", "b.example"], sentence: "The CA has paused 12 names." },
      parked: {
        lineages: 1_200,
        limits: [{ limit: perDomain, key: "empty.example", lineages: 1_200, nextAt: at(12_096) }],
      },
    },
    now,
  );
  expect(text.split("\n")).toEqual([
    "letsencrypt: 288 of 300 new orders are left; full again in 7 min 12 s.",
    "  Nothing is planned there for 5 min: the CA asked for patience.",
    "  The limit is 300 at once, 300 more every 3 h.",
    "  The CA has paused 12 names. a.example, b.example and 10 more.",
    "  1,200 certificates wait for a limit of their own.",
    "",
    "ORDERS PLANNED    24 H     7 D",
    "interactive          2       2",
    "renewal              0       5",
    "campaign        12,000  12,000",
    "all             12,002  12,007",
    "",
    "FOR                         24 H     7 D",
    "campaign spring           12,000  12,000",
    "domains without a tenant               5",
    "tenant acme                    2",
    "",
    "TIGHTEST DOMAINS   LEFT  NEXT IN     FULL IN",
    "empty.example      0/50  3 h 21 min  7 d",
    "half.example      25/50              3 d",
    "",
    "WAITING FOR    LIMIT                    CERTIFICATES  NEXT IN",
    "empty.example  certificates per domain         1,200  3 h 21 min",
  ]);
});
