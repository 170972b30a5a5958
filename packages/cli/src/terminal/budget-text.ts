import type { Budget, Spent } from "@certmill/api";
import { ruleText } from "./limit-text.ts";
import { numberText } from "./number-text.ts";
import { printable } from "./printable.ts";
import { styled } from "./style.ts";
import { type Column, tableText } from "./table.ts";
import { distanceText } from "./time-text.ts";
import { wrapFor } from "./wrap.ts";

type Account = Budget["account"][number];

/** One CA's budget: first what is left, in a sentence; then who spent it, and who waits. */
export function budgetText(budget: Budget, now: number): string {
  const parts = [
    sentences(budget, now),
    spentText(budget.spent),
    spendersText(budget.spent),
    tightestText(budget.tightest, now),
    parkedText(budget.parked.limits, now),
  ];
  return parts.filter((part) => part !== null).join("\n\n");
}

function sentences(budget: Budget, now: number): string {
  const { account, paused, parked } = budget;
  const head = `${styled("bold", budget.ca)}: `;
  const [first, ...others] = [
    ...account.map((bucket) => leftSentence(bucket, now)),
    ...(account.length === 0 ? ["no limit on orders is known; what the CA refuses is kept to."] : []),
    ...stateSentence(budget, now),
    ...account.map(ruleSentence),
    ...(paused.count === 0 ? [] : [`${paused.sentence} ${pausedNames(paused)}`]),
    ...(parked.lineages === 0
      ? []
      : [`${numberText(parked.lineages)} certificates wait for a limit of their own.`]),
  ];
  const lines = [`${head}${wrapFor(process.stdout, first ?? "", budget.ca.length + 2)}`];
  for (const other of others) lines.push(`  ${wrapFor(process.stdout, printable(other), 2)}`);
  return lines.join("\n");
}

function leftSentence({ left, burst, nextAt, fullAt }: Account, now: number): string {
  if (fullAt === null) return `all ${numberText(burst)} new orders are there.`;
  const full = `full again in ${distanceText(fullAt, now)}`;
  if (nextAt !== null) return `no new order is left; the next in ${distanceText(nextAt, now)}, ${full}.`;
  return `${numberText(left)} of ${numberText(burst)} new orders are left; ${full}.`;
}

function stateSentence({ state, stateUntil }: Budget, now: number): string[] {
  const wait = stateUntil === null ? "now" : distanceText(stateUntil, now);
  if (state === "slow") return [`Nothing is planned there for ${wait}: the CA asked for patience.`];
  if (state === "well") return [];
  return [`Most of what was asked of it failed; in ${wait} one order at a time tries it out.`];
}

const ruleSentence = (bucket: Account): string =>
  `The limit is ${ruleText(bucket)}${bucket.reserved === 0 ? "" : `; ${numberText(bucket.reserved)} are reserved for orders under way`}.`;

function pausedNames({ count, names }: Budget["paused"]): string {
  const more = count - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${numberText(more)} more` : ""}.`;
}

interface SpentRow {
  readonly name: string;
  readonly day: number | null;
  readonly week: number | null;
}

const count = (value: number | null): string => (value === null ? "" : numberText(value));

const spentColumns = (head: string): readonly Column<SpentRow>[] => [
  { head, cell: ({ name }) => name },
  { head: "24 H", cell: ({ day }) => count(day), align: "right" },
  { head: "7 D", cell: ({ week }) => count(week), align: "right" },
];

function spentText({ day, week }: Budget["spent"]): string | null {
  if (week.orders === 0) return null;
  const classes = ["emergency", "interactive", "renewal", "campaign"] as const;
  const rows = classes
    .map((name) => ({ name, day: day.byClass[name], week: week.byClass[name] }))
    .filter((row) => row.week > 0);
  const all = { name: "all", day: day.orders, week: week.orders };
  return tableText(spentColumns("ORDERS PLANNED"), rows.length === 1 ? rows : [...rows, all]);
}

/** Those who are among the first of either window; where one is not, its number there is not known. */
function spendersText({ day, week }: Budget["spent"]): string | null {
  const rows = new Map<string, SpentRow>();
  for (const spender of [...week.top, ...day.top]) {
    const name = spenderName(spender);
    rows.set(name, { name, day: ordersOf(day, name), week: ordersOf(week, name) });
  }
  return rows.size === 0 ? null : tableText(spentColumns("FOR"), [...rows.values()]);
}

const spenderName = ({ kind, name }: Spent["top"][number]): string =>
  kind === "nobody" ? "domains without a tenant" : `${kind} ${name ?? "that is gone"}`;

const ordersOf = ({ top }: Spent, name: string): number | null =>
  top.find((spender) => spenderName(spender) === name)?.orders ?? null;

function tightestText(tightest: Budget["tightest"], now: number): string | null {
  if (tightest.length === 0) return null;
  return tableText<Budget["tightest"][number]>(
    [
      { head: "TIGHTEST DOMAINS", cell: ({ key }) => key },
      {
        head: "LEFT",
        cell: ({ left, burst }) => `${numberText(left)}/${numberText(burst)}`,
        emphasis: ({ left }) => (left === 0 ? "red" : "yellow"),
        align: "right",
      },
      { head: "NEXT IN", cell: ({ nextAt }) => (nextAt === null ? "" : distanceText(nextAt, now)) },
      { head: "FULL IN", cell: ({ fullAt }) => (fullAt === null ? "" : distanceText(fullAt, now)) },
    ],
    tightest,
  );
}

type Parked = Budget["parked"]["limits"][number];

/** What is counted, for a narrow column. */
const limitWords: Readonly<Record<Parked["limit"], string>> = {
  "new-orders-per-account": "orders",
  "new-certificates-per-registered-domain": "certificates per domain",
  "new-certificates-per-exact-set-of-identifiers": "certificates per names",
  "authorization-failures-per-identifier-per-account": "failures",
  "consecutive-authorization-failures-per-identifier-per-account": "failures in a row",
};

function parkedText(parked: readonly Parked[], now: number): string | null {
  if (parked.length === 0) return null;
  return tableText<Parked>(
    [
      { head: "WAITING FOR", cell: ({ key }) => key },
      { head: "LIMIT", cell: ({ limit }) => limitWords[limit] },
      { head: "CERTIFICATES", cell: ({ lineages }) => numberText(lineages), align: "right" },
      { head: "NEXT IN", cell: ({ nextAt }) => distanceText(nextAt, now) },
    ],
    parked,
  );
}
