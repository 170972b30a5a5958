import { type Overview, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { HeatMap } from "../../chart/heat-map.tsx";
import { TimeChart } from "../../chart/time-chart.tsx";
import { Asked } from "../../kit/asked.tsx";
import { CountedAt } from "../../kit/counted-at.tsx";
import { Notice } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { Table } from "../../kit/table.tsx";
import { ask } from "../../server/ask.ts";
import { count, counted } from "../../text/number.ts";
import { date, dayOfAxis } from "../../text/time.ts";

type Expiries = Overview["expiries"];

/** What ends when. Certmill renews in good time: what stands on the first days is what was not renewed. */
export function ExpiriesScreen() {
  const query = useQuery(ask(operations.showOverview, {}));
  return (
    <Screen
      title="Expiries"
      lead="Certificates that are to be served, by the day on which they end. What ends within days has not been renewed in its time."
    >
      <Asked query={query} what="the expiries">
        {({ expiries }) => (
          <>
            <Ended expiries={expiries} />
            <div className="columns even">
              <Panel title="90 days" className="third" aside={<CountedAt at={expiries.asOf} />}>
                <HeatMap
                  label="Certificates that end, by day"
                  days={expiries.days.map(({ day, certificates }) => ({ day, value: certificates }))}
                  words={["certificate ends", "certificates end"]}
                />
              </Panel>
              <Panel title="By day" className="two-thirds">
                <DayChart days={expiries.days} />
              </Panel>
            </div>
            <Panel title="By week" flush>
              <WeekTable days={expiries.days} />
            </Panel>
          </>
        )}
      </Asked>
    </Screen>
  );
}

function Ended({ expiries: { ended } }: { readonly expiries: Expiries }) {
  if (ended === 0) return <Notice tone="good" title="No certificate that is to be served has ended." />;
  return (
    <Notice
      tone="bad"
      title={`${counted(ended, "certificate has", "certificates have")} ended and ${ended === 1 ? "is" : "are"} still to be served.`}
    >
      <p>
        <Link to="/domains" search={{ expiresBefore: new Date().toISOString(), sort: "expires" }}>
          List them
        </Link>
      </p>
    </Notice>
  );
}

function DayChart({ days }: { readonly days: Expiries["days"] }) {
  const times = useMemo(() => days.map(({ day }) => Date.parse(day)), [days]);
  const series = useMemo(
    () => [
      {
        name: "certificates that end",
        colour: "series-1" as const,
        kind: "bars" as const,
        values: days.map(({ certificates }) => certificates),
      },
    ],
    [days],
  );
  return (
    <TimeChart
      label="Certificates that end on each of the next 90 days"
      times={times}
      series={series}
      timeText={dayOfAxis}
      unit="certificates a day"
    />
  );
}

function WeekTable({ days }: { readonly days: Expiries["days"] }) {
  const weeks = Array.from({ length: Math.ceil(days.length / 7) }, (_, index) =>
    days.slice(index * 7, index * 7 + 7),
  );
  return (
    <Table label="Certificates that end, by week">
      <thead>
        <tr>
          <th scope="col">First day</th>
          <th scope="col">Last day</th>
          <th scope="col" className="number">
            Certificates
          </th>
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => {
          const [first, last] = [week[0]?.day ?? "", week.at(-1)?.day ?? ""];
          const range = { expiresAfter: `${first}T00:00:00Z`, expiresBefore: dayAfter(last) };
          return (
            <tr key={first}>
              <th scope="row">
                <Link to="/domains" search={{ ...range, sort: "expires" }}>
                  {date(first)}
                </Link>
              </th>
              <td>{date(last)}</td>
              <td className="number">
                {count(week.reduce((sum, { certificates }) => sum + certificates, 0))}
              </td>
            </tr>
          );
        })}
      </tbody>
    </Table>
  );
}

const dayAfter = (day: string): string => new Date(Date.parse(day) + 24 * 60 * 60 * 1_000).toISOString();
