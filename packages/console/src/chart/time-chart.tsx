import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { Table } from "../kit/table.tsx";
import "uplot/dist/uPlot.min.css";
import { shortCount } from "../text/number.ts";
import { type Colour, type Colours, useColours } from "./colours.ts";

export interface Series {
  readonly name: string;
  readonly colour: Colour;
  readonly kind: "line" | "bars";
  /** One for each instant; null: nothing is known of it. */
  readonly values: readonly (number | null)[];
  /** On a scale of its own, at the right. */
  readonly right?: boolean;
}

export interface TimeChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** Instants, in milliseconds, ascending. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** How an instant is named in the table, and at the axis. */
  readonly timeText: (ms: number) => string;
  /** What the numbers at the left axis are of: `a day`. */
  readonly unit: string;
  /** At the right one, where a series has it. */
  readonly rightUnit?: string;
}

/** A chart over time. The same numbers are in a table below it, for those who read or hear them. */
export function TimeChart(props: TimeChartProps) {
  const { label, series } = props;
  const holder = useRef<HTMLDivElement>(null);
  const colours = useColours();
  usePlot(holder, props, colours);
  return (
    <figure className="chart">
      <ul className="chart-legend" aria-hidden="true">
        {series.map(({ name, colour, kind }) => (
          <li key={name}>
            <span className={`swatch swatch-${kind} swatch-${colour}`} />
            {name}
          </li>
        ))}
      </ul>
      <div
        className="chart-plot"
        ref={holder}
        role="img"
        aria-label={`${label}. The numbers are in the table below.`}
      />
      <details className="chart-table">
        <summary>Show as a table</summary>
        <ChartTable {...props} />
      </details>
    </figure>
  );
}

function ChartTable({ label, times, series, timeText }: TimeChartProps) {
  return (
    <Table label={label}>
      <thead>
        <tr>
          <th scope="col">When</th>
          {series.map(({ name }) => (
            <th key={name} scope="col" className="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {times.map((time, index) => (
          <tr key={time}>
            <th scope="row">{timeText(time)}</th>
            {series.map(({ name, values }) => (
              <td key={name} className="number">
                {values[index] ?? "–"}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function usePlot(
  holder: { readonly current: HTMLDivElement | null },
  { times, series, timeText, unit, rightUnit }: TimeChartProps,
  colours: Colours | null,
): void {
  useEffect(() => {
    const element = holder.current;
    if (element === null || colours === null) return;
    const values = series.map((each) => [...each.values]);
    const data: uPlot.AlignedData = [times.map((ms) => ms / 1_000), ...values];
    const plot = new uPlot(
      optionsOf({ times, series, timeText, unit, rightUnit, colours, element }),
      data,
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [holder, times, series, timeText, unit, rightUnit, colours]);
}

const height = 200;
/** As uPlot numbers sides: top, right, bottom, left. */
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- uPlot's enum is in its types alone
const rightSide = 1 as NonNullable<uPlot.Axis["side"]>;
const barWidth = uPlot.paths.bars?.({ size: [0.7, 24], align: 1 });

interface Drawn extends Omit<TimeChartProps, "label" | "rightUnit"> {
  readonly rightUnit: string | undefined;
  readonly colours: Colours;
  readonly element: HTMLElement;
}

const day = 24 * 60 * 60 * 1_000;

/**
 * From the first instant to the last. A bar stands on the time after its instant, so the last one needs as much room as
 * there is between two; where there is one instant only it has a day, for which uPlot would take years.
 */
function rangeOf(times: readonly number[], series: readonly Series[]): () => uPlot.Range.MinMax {
  const [before = 0, last = before] = times.slice(-2);
  const hasBars = series.some(({ kind }) => kind === "bars");
  const room = last === before ? day : hasBars ? last - before : 0;
  return () => [(times[0] ?? 0) / 1_000, (last + room) / 1_000];
}

function optionsOf(drawn: Drawn): uPlot.Options {
  const { times, series, timeText, unit, rightUnit, colours, element } = drawn;
  const font = `12px ${getComputedStyle(element).fontFamily}`;
  const axis = { stroke: colours["ink-soft"], font, labelFont: font, labelSize: 18, labelGap: 2 };
  const grid = { stroke: colours.line, width: 1 };
  const count = { ...axis, size: 44, values: (_: uPlot, ticks: number[]) => ticks.map(shortCount) };
  const fromZero = {
    range: (_: uPlot, __: number, most: number): uPlot.Range.MinMax => [0, Math.max(1, most * 1.08)],
  };
  const hasRight = series.some(({ right }) => right === true);
  return {
    width: element.clientWidth,
    height,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC"),
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { range: rangeOf(times, series) }, y: fromZero, ...(hasRight ? { right: fromZero } : {}) },
    axes: [
      {
        ...axis,
        values: (_, ticks) => ticks.map((seconds) => timeText(seconds * 1_000)),
        grid: { show: false },
        ticks: grid,
        size: 32,
        space: 80,
      },
      { ...count, label: unit, grid, ticks: { show: false } },
      ...(hasRight
        ? [
            {
              ...count,
              ...(rightUnit === undefined ? {} : { label: rightUnit }),
              scale: "right",
              side: rightSide,
              grid: { show: false },
              ticks: { show: false },
            },
          ]
        : []),
    ],
    series: [
      {},
      ...series.map(({ name, colour, kind, right }): uPlot.Series => {
        const look = {
          label: name,
          scale: right === true ? "right" : "y",
          points: { show: kind === "line" && times.length === 1 },
        };
        if (kind === "line") return { ...look, stroke: colours[colour], width: 2 };
        return {
          ...look,
          alpha: 0.55,
          stroke: colours[colour],
          fill: colours[colour],
          width: 0,
          ...(barWidth ? { paths: barWidth } : {}),
        };
      }),
    ],
  };
}
