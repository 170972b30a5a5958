/** Plan and outcome side by side, for a person. */
import type { Plan } from "@certmill/api";
import { numberText } from "../terminal/number-text.ts";
import { printable } from "../terminal/printable.ts";
import { styled } from "../terminal/style.ts";
import { type Column, tableText } from "../terminal/table.ts";
import { lineWidth, wrapFor } from "../terminal/wrap.ts";
import type { Simulated } from "./simulate-plan.ts";
import { terminalChart } from "./terminal-chart.ts";

const usualWidth = 80;

interface Row {
  readonly what: string;
  readonly planned: string;
  readonly simulated: string;
}

export function simulationText(plan: Plan, simulation: Simulated): string {
  const columns: readonly Column<Row>[] = [
    { head: "", cell: ({ what }) => what },
    { head: "PLANNED", cell: ({ planned }) => planned, align: "right" },
    { head: "SIMULATED", cell: ({ simulated }) => simulated, align: "right" },
  ];
  const width = Math.min(lineWidth(process.stdout) ?? usualWidth, 120);
  const first = simulation.byDay[0];
  const chart = first === undefined ? [] : [terminalChart(seriesOf(simulation, first.day), width).join("\n")];
  return [
    styled("bold", `Simulated, order by order (seed ${simulation.seed})`),
    tableText(columns, rowsOf(plan, simulation)),
    ...notesOf(plan, simulation).map((note) => wrapFor(process.stdout, printable(note))),
    ...(chart.length === 0 ? [] : ["", styled("bold", "Certificates a day, simulated"), ...chart]),
  ].join("\n");
}

const seriesOf = ({ byDay }: Simulated, firstDay: string) => ({
  firstDay,
  lastDay: byDay.at(-1)?.day ?? firstDay,
  certificates: byDay.map(({ certificates }) => certificates),
  renewals: byDay.map(() => 0),
});

function rowsOf({ enrolment }: Plan, simulation: Simulated): readonly Row[] {
  const day = (at: string | null): string => (at === null ? "not done" : at.slice(0, 10));
  const counts = (what: string, planned: number, simulated: number): Row[] =>
    planned === 0 && simulated === 0
      ? []
      : [{ what, planned: numberText(planned), simulated: numberText(simulated) }];
  const { orders } = enrolment;
  return [
    { what: "Done on", planned: day(enrolment.finishesAt), simulated: day(simulation.finishesAt) },
    { what: "Time", planned: timeText(enrolment.days), simulated: timeText(simulation.days) },
    ...counts("Domains covered", enrolment.byDay.at(-1)?.covered ?? 0, simulation.enrolled),
    ...counts("Certificates", enrolment.certificates, simulation.certificates),
    ...counts("Orders", orders.total, simulation.orders.total),
    ...counts("  first attempts", orders.first, simulation.orders.first),
    ...counts("  rests of packs", orders.split, simulation.orders.split),
    ...counts("  attempts again", orders.retries, simulation.orders.retries),
    ...counts("  second ones of pairs", orders.second, simulation.orders.second),
    ...simulation.byCa.flatMap(({ ca, orders: made }) =>
      counts(`Orders at ${ca}`, enrolment.byCa.find((part) => part.ca === ca)?.orders ?? 0, made),
    ),
    ...heldRows(enrolment, simulation),
  ];
}

/** Days for which the list waited, by what for. */
function heldRows({ byDay, days }: Plan["enrolment"], { heldDays }: Simulated): readonly Row[] {
  // A plan tells it by day.
  if (days < 2) return [];
  const planned = (limit: string): number =>
    byDay.filter(({ bindings }) => bindings.some((each) => each.limit === limit)).length;
  const rows = [
    ["new orders", "new-orders-per-account", heldDays.orders],
    ["registered domains", "new-certificates-per-registered-domain", heldDays.parked],
    ["orders in flight", "requests", heldDays["in-flight"]],
  ] as const;
  return rows.flatMap(([what, limit, simulated = 0]) =>
    planned(limit) === 0 && simulated < 0.05
      ? []
      : [
          {
            what: `Days held by ${what}`,
            planned: numberText(planned(limit)),
            simulated: daysText(simulated),
          },
        ],
  );
}

const timeText = (days: number): string => (days < 2 ? `${(days * 24).toFixed(1)} h` : `${daysText(days)} d`);
const daysText = (days: number): string => (days < 10 ? days.toFixed(1) : numberText(Math.round(days)));

function notesOf({ enrolment }: Plan, simulation: Simulated): readonly string[] {
  const { refusals, parked, expired, interactiveP99Seconds: p99, beside } = simulation;
  const refused = Object.entries(refusals).map(([limit, count]) => `${limit} ${numberText(count)}`);
  const waited = Object.entries(parked).map(([limit, count]) => `${limit} ${numberText(count)}`);
  return [
    differenceText(enrolment, simulation),
    refused.length === 0 ? "The CAs refused no request." : `Refused by the CAs: ${refused.join(", ")}.`,
    ...(waited.length === 0 ? [] : [`Put aside for a limit of their own: ${waited.join(", ")}.`]),
    ...(p99 === null
      ? []
      : [
          `New customers had their certificates within ${numberText(Math.ceil(p99))} s, 99 of 100 of them (${numberText(beside.customers)} orders).`,
        ]),
    ...(beside.renewals + expired === 0
      ? []
      : [
          `${numberText(beside.renewals)} renewals were ordered; ${expired === 0 ? "no certificate" : numberText(expired)} ended before the next was there.`,
        ]),
  ];
}

function differenceText(
  { finishesAt, days }: Plan["enrolment"],
  { finishesAt: simulatedAt, days: simulated }: Simulated,
): string {
  if (simulatedAt === null)
    return "The list was not done within one and a half times the time that was planned.";
  if (finishesAt === null || days === 0) return "The list is done.";
  const share = Math.round(((simulated - days) / days) * 1_000) / 10;
  return share === 0 ? "As planned." : `${Math.abs(share)} % ${share > 0 ? "later" : "sooner"} than planned.`;
}
