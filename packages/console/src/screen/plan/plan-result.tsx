import type { Plan } from "@certmill/api";
import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Series, TimeChart } from "../../chart/time-chart.tsx";
import { Asked } from "../../kit/asked.tsx";
import { Figure, Figures } from "../../kit/figure.tsx";
import { count, counted, share } from "../../text/number.ts";
import { date, dayOfAxis } from "../../text/time.ts";
import { AlternativeTable, PhaseTable } from "./plan-tables.tsx";

/** When the list is done, what holds it back until then, and what would make it faster. */
export function PlanResult({ query }: { readonly query: UseQueryResult<Plan> }) {
  return (
    <Asked query={query} what="the plan">
      {(plan) => (
        <>
          <Headline plan={plan} />
          <DayChart days={plan.enrolment.byDay} />
          <PhaseTable phases={plan.enrolment.phases} />
          <AlternativeTable alternatives={plan.alternatives} />
        </>
      )}
    </Asked>
  );
}

function Headline({ plan: { enrolment, packing } }: { readonly plan: Plan }) {
  const { finishesAt, days, domains, neverRight, orders, byCa } = enrolment;
  const [most] = [...byCa].sort((one, other) => other.share - one.share);
  return (
    <Figures>
      <Figure
        name="Done"
        value={finishesAt === null ? "not in ten years" : date(finishesAt)}
        note={finishesAt === null ? "see what helps, below" : `in ${counted(Math.ceil(days), "day")}`}
      />
      <Figure
        name="Domains served then"
        value={count(domains - neverRight)}
        note={`${count(neverRight)} never come right`}
      />
      <Figure
        name="Orders"
        value={count(orders.total)}
        note={
          packing === null
            ? `${count(orders.retries)} of them retries`
            : `${count(packing.ordersSaved)} saved by packs`
        }
      />
      <Figure
        name={most === undefined ? "By CA" : `By ${most.ca}`}
        value={most === undefined ? "–" : share(most.share)}
        note={byCa.map(({ ca, orders: placed }) => `${ca} ${count(placed)}`).join(", ")}
      />
    </Figures>
  );
}

type Day = Plan["enrolment"]["byDay"][number];

function DayChart({ days }: { readonly days: readonly Day[] }) {
  const times = useMemo(() => days.map(({ day }) => Date.parse(day)), [days]);
  const series = useMemo(
    (): Series[] => [
      { name: "orders a day", colour: "series-2", kind: "bars", values: days.map(({ orders }) => orders) },
      {
        name: "domains covered",
        colour: "series-1",
        kind: "line",
        right: true,
        values: days.map(({ covered }) => covered),
      },
    ],
    [days],
  );
  return (
    <TimeChart
      label="Orders a day, and domains covered so far"
      times={times}
      series={series}
      timeText={dayOfAxis}
      unit="orders a day"
      rightUnit="domains covered"
    />
  );
}
