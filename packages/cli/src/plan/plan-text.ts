/** A plan for a person: what it comes to first, then what holds it back, what would change it, and the rest. */
import type { Plan } from "@certmill/api";
import { type Field, fieldsText } from "../terminal/fields.ts";
import { numberText } from "../terminal/number-text.ts";
import { printable } from "../terminal/printable.ts";
import { styled } from "../terminal/style.ts";
import { type Column, tableText } from "../terminal/table.ts";
import { lineWidth, wrapFor } from "../terminal/wrap.ts";
import { daySeries } from "./day-series.ts";
import { terminalChart } from "./terminal-chart.ts";

const usualWidth = 80;

export function planText(plan: Plan): string {
  const series = daySeries(plan);
  const width = Math.min(lineWidth(process.stdout) ?? usualWidth, 120);
  return [
    `${styled("bold", paragraph(headline(plan)))}\n${paragraph(countsText(plan))}`,
    section("What holds it back", holdsText(plan)),
    section("What would change it", alternativesText(plan)),
    ...(series === null ? [] : [section("Certificates a day", terminalChart(series, width).join("\n"))]),
    ...(plan.overrideRequest === null
      ? []
      : [section("The override to ask for", requestText(plan.overrideRequest))]),
    section("Afterwards", afterwardsText(plan)),
    section("Planned with", assumedText(plan)),
  ].join("\n\n");
}

const paragraph = (text: string): string => wrapFor(process.stdout, printable(text));
const section = (title: string, text: string): string => `${styled("bold", title)}\n${text}`;
const dayOf = (instant: string): string => instant.slice(0, 10);
const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;

function headline({ enrolment, finishBy }: Plan): string {
  const { finishesAt, days, domains } = enrolment;
  if (finishesAt === null) return `${numberText(domains)} domains are not done within ten years.`;
  const done = `${numberText(domains)} domains are done on ${dayOf(finishesAt)}, in ${daysText(days)}`;
  if (finishBy === null) return `${done}.`;
  const late = (Date.parse(finishesAt) - Date.parse(finishBy)) / 86_400_000;
  return late <= 0
    ? `${done}: in time for ${dayOf(finishBy)}.`
    : `${done}: ${daysText(late)} too late for ${dayOf(finishBy)}.`;
}

const daysText = (days: number): string =>
  days < 2 ? `${Math.max(1, Math.round(days * 24))} h` : `${numberText(Math.round(days))} d`;

function countsText({ enrolment, refused, assumed }: Plan): string {
  const { certificates, orders, neverRight } = enrolment;
  return [
    `${numberText(certificates)} certificates by ${numberText(orders.total)} orders.`,
    orders.second === 0
      ? ""
      : `${numberText(orders.second)} of these are the second ones of pairs, for the same names.`,
    neverRight === 0
      ? ""
      : `${numberText(neverRight)} domains (${percent(assumed.failing.never)}) never succeed${assumed.checksFirst ? ", which their checks tell first" : ""}.`,
    refused === 0 ? "" : `${numberText(refused)} rows are no names for a public CA and are left out.`,
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

const limitTexts: Readonly<Record<string, string>> = {
  "new-orders-per-account": "new orders per account",
  "new-certificates-per-registered-domain": "certificates per registered domain",
  requests: "how fast it may be asked",
  outage: "it is down",
};

const mostPhases = 6;

function holdsText({ enrolment }: Plan): string {
  const { phases, byDay, slowDomains, neverRight } = enrolment;
  if (phases.length === 0) return "Nothing: no limit is reached for as long as half a day.";
  const lines = phases.slice(0, mostPhases).map(({ ca, limit, from, to }) => {
    const days = byDay.filter(({ day }) => day >= from && day <= to);
    const whole = days.length > 2 ? days.slice(1, -1) : days;
    const average = whole.reduce((sum, { orders }) => sum + orders, 0) / Math.max(1, whole.length);
    return `${ca}: ${limitTexts[limit] ?? limit}, ${from === to ? from : `${from} to ${to}`} (${numberText(Math.round(average))} orders a day in all)`;
  });
  if (phases.length > mostPhases) lines.push(`and ${phases.length - mostPhases} more.`);
  for (const { name, count: many, certificates } of slowDomains.slice(0, 3)) {
    const who = name ?? `${numberText(many)} registered domains`;
    lines.push(`${who} still has ${numberText(Math.ceil(certificates))} to come when all others are done.`);
  }
  if (neverRight > 0)
    lines.push(
      "What never succeeds is tried once a day for a week, after all that were not tried yet, and then given up.",
    );
  return lines.map((line) => wrapFor(process.stdout, printable(line))).join("\n");
}

type Alternative = Plan["alternatives"][number];

function alternativesText({ alternatives, finishBy }: Plan): string {
  const columns: readonly Column<Alternative>[] = [
    { head: "CHANGE", cell: ({ what }) => what },
    { head: "DONE", cell: ({ finishesAt }) => (finishesAt === null ? "not in 10 years" : dayOf(finishesAt)) },
    {
      head: "DAYS",
      cell: ({ days, finishesAt }) => (finishesAt === null ? "" : numberText(Math.ceil(days))),
      align: "right",
    },
    { head: "ORDERS", cell: ({ orders }) => numberText(orders), align: "right" },
    ...(finishBy === null
      ? []
      : [
          {
            head: "IN TIME",
            cell: ({ isInTime }: Alternative) => (isInTime === true ? "yes" : "no"),
            emphasis: ({ isInTime }: Alternative) =>
              isInTime === true ? ("green" as const) : ("yellow" as const),
          },
        ]),
  ];
  const told = alternatives.flatMap(({ what, note }) => (note === null ? [] : [`${what}: ${note}.`]));
  const notes = alternatives.some(({ change }) => change === "second-ca") ? [...told, otherShares] : told;
  return [
    tableText(columns, alternatives),
    ...notes.map((note) => styled("dim", wrapFor(process.stdout, printable(note)))),
  ].join("\n");
}

const otherShares =
  "A second CA is shown as the first choice of 20 %; --second-ca zerossl=35% plans another share, as part of the plan itself.";

function requestText(request: NonNullable<Plan["overrideRequest"]>): string {
  return fieldsText([
    ["Form", request.form],
    ["New orders a week", numberText(request.ordersPerWeek)],
    ["Account", request.accountUrl ?? "the account's URL: certmill ca list"],
    ["Use case", request.useCase],
    [
      "Done with it",
      request.finishesAt === null
        ? null
        : `${dayOf(request.finishesAt)}, when it holds from ${request.from} on`,
    ],
    ["Take care", request.trap],
  ]);
}

function afterwardsText({ renewals, edges, packing }: Plan): string {
  const steady = renewals.steady.map(
    ({ from, lifetimeDays, perDay }) =>
      `${numberText(perDay)} a day with ${lifetimeDays} days of lifetime, as issued from ${from} on`,
  );
  const { peak } = renewals;
  return fieldsText([
    ...rows("Renewals", steady),
    [
      "Most in a day",
      peak === null || peak.renewals === 0 ? null : `${numberText(peak.renewals)} on ${peak.day}`,
    ],
    [
      "Each edge gets",
      `${numberText(edges.installsPerDay.average)} certificates a day, ${numberText(edges.installsPerDay.most)} at most`,
    ],
    ...rows(
      "Memory of an edge",
      edges.proxies.map(
        ({ proxy, memoryMb, loadSeconds }) =>
          `${sizeText(memoryMb)} for ${proxy}, ${numberText(loadSeconds)} s to load`,
      ),
    ),
    [
      "By type of key",
      edges.keyTypes
        .map(({ keyType, sharedMemoryMb }) => `${keyType} ${sizeText(sharedMemoryMb)}`)
        .join("; "),
    ],
    ["", "in nginx's shared memory; what a proxy has parsed is the same for all types"],
    ["On disk", edges.keyTypes.map(({ keyType, diskMb }) => `${keyType} ${sizeText(diskMb)}`).join("; ")],
    [
      "Handshakes",
      edges.keyTypes
        .map(({ keyType, handshakesPerSecond: rate }) => `${keyType} ${numberText(rate)}/s per core`)
        .join("; "),
    ],
    [
      "Packs",
      packing === null
        ? null
        : `${packing.domainsEach} domains each: ${numberText(packing.ordersSaved)} orders saved, ${packing.sharedFate} others share a domain's fate, ${packing.namesExposed} other names are in its certificate`,
    ],
  ]);
}

/** Several values under one label. */
const rows = (label: string, values: readonly string[]): readonly Field[] =>
  values.map((value, index): Field => [index === 0 ? label : "", value]);

const sizeText = (mb: number): string => (mb < 1_000 ? `${mb} MB` : `${(mb / 1_000).toFixed(1)} GB`);

function assumedText({ assumed }: Plan): string {
  const { cas, background, packs, keyType } = assumed;
  return fieldsText([
    [
      "CAs",
      cas.map(({ name, limits, weight }) => `${name} (limits of ${limits}, weight ${weight})`).join(", "),
    ],
    [
      "Beside the list",
      `${numberText(Math.round(background.newPerDay))} new domains and ${numberText(Math.round(background.renewalsPerDay))} renewals a day`,
    ],
    [
      "Names in one",
      packs.names === 1
        ? "a domain's own"
        : `up to ${packs.names}${packs.acrossTenants ? ", across tenants" : ""}`,
    ],
    ["Keys", keyType === "p256+rsa2048" ? `${keyType}, a certificate for each` : keyType],
    ["Order to issue", "5 s on average"],
  ]);
}
