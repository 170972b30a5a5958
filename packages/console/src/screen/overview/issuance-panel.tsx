import type { Overview } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Colour } from "../../chart/colours.ts";
import { type Series, TimeChart } from "../../chart/time-chart.tsx";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Table } from "../../kit/table.tsx";
import { count, share } from "../../text/number.ts";
import { hourOfAxis } from "../../text/time.ts";

type CaIssuance = Overview["issuance"][number];

/** What was issued and what failed, hour by hour and by CA. */
export function IssuancePanel({ overview }: { readonly overview: Overview }) {
  const { issuance } = overview;
  return (
    <Panel title="Issuance by CA" aside="last 24 h" className="two-thirds">
      {issuance.length === 0 ? (
        <Empty title="Nothing was issued yet." />
      ) : (
        <div className="stack">
          <HourChart issuance={issuance} />
          <RateTable issuance={issuance} />
        </div>
      )}
    </Panel>
  );
}

const lineColours: readonly Colour[] = ["series-1", "series-2", "series-3", "series-4"];

function HourChart({ issuance }: { readonly issuance: readonly CaIssuance[] }) {
  const { times, series } = useMemo(() => hoursOf(issuance), [issuance]);
  return (
    <TimeChart
      label="Certificates issued and attempts failed in each hour"
      times={times}
      series={series}
      timeText={hourOfAxis}
      unit="certificates an hour"
    />
  );
}

function hoursOf(issuance: readonly CaIssuance[]): { readonly times: number[]; readonly series: Series[] } {
  const hours = issuance[0]?.hours.map(({ hour }) => hour) ?? [];
  const issued = issuance.slice(0, lineColours.length).map(
    ({ ca, hours: counted }, index): Series => ({
      name: `${ca}: issued`,
      colour: lineColours[index] ?? "series-1",
      kind: "line",
      values: counted.map((each) => each.issued),
    }),
  );
  const failed = hours.map((_, index) =>
    issuance.reduce((sum, { hours: counted }) => sum + (counted[index]?.failed ?? 0), 0),
  );
  return {
    times: hours.map((hour) => Date.parse(hour)),
    series: [{ name: "failed", colour: "bad", kind: "bars", values: failed }, ...issued],
  };
}

function RateTable({ issuance }: { readonly issuance: readonly CaIssuance[] }) {
  return (
    <Table label="Issued and failed by CA">
      <thead>
        <tr>
          <th scope="col">CA</th>
          <th scope="col" className="number">
            Issued
          </th>
          <th scope="col" className="number">
            Failed
          </th>
          <th scope="col" className="number narrow-last">
            Failure rate
          </th>
          <th scope="col" className="number wide-only">
            A week ago
          </th>
          <th scope="col" className="wide-only">
            Most frequent failure
          </th>
        </tr>
      </thead>
      <tbody>
        {issuance.map(({ ca, issued, failed, issuedLastWeek, failedLastWeek, failures }) => (
          <tr key={ca}>
            <th scope="row">{ca}</th>
            <td className="number">{count(issued)}</td>
            <td className="number">{count(failed)}</td>
            <td className="number narrow-last">{rate(issued, failed)}</td>
            <td className="number soft wide-only">{rate(issuedLastWeek, failedLastWeek)}</td>
            <td className="wide-only">
              {failures[0] === undefined ? (
                <span className="soft">none</span>
              ) : (
                <FailureLink {...failures[0]} ca={ca} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function FailureLink({
  code,
  count: times,
  ca,
}: {
  readonly code: string;
  readonly count: number;
  readonly ca: string;
}) {
  return (
    <>
      <Link to="/failures" search={{ reason: code, ca }}>
        {code}
      </Link>{" "}
      <span className="soft">{count(times)}</span>
    </>
  );
}

const rate = (issued: number, failed: number): string =>
  issued + failed === 0 ? "–" : share(failed / (issued + failed));
