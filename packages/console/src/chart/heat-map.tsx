import { count } from "../text/number.ts";
import { date } from "../text/time.ts";
import { heatShades, heatStep } from "./heat-scale.ts";

export interface HeatDay {
  /** `2026-11-27` */
  readonly day: string;
  readonly value: number;
}

interface HeatMapProps {
  readonly label: string;
  readonly days: readonly HeatDay[];
  /** What is counted, one and many. */
  readonly words: readonly [one: string, many: string];
}

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

/** A day a cell, weeks as columns: a table, so that it is read day by day as well as seen at once. */
export function HeatMap({ label, days, words }: HeatMapProps) {
  const weeks = weeksOf(days);
  const most = Math.max(0, ...days.map(({ value }) => value));
  return (
    <div className="heat-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="heat" aria-label={label}>
        <thead>
          <tr>
            <td />
            {weeks.map((week, index) => (
              <th key={week.find((each) => each !== null)?.day} scope="col">
                {monthMark(weeks, index)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weekdays.map((weekday, row) => (
            <tr key={weekday}>
              <th scope="row">{row % 2 === 0 ? weekday : <span className="unseen">{weekday}</span>}</th>
              {weeks.map((week) => {
                const cell = week[row] ?? null;
                const key = week.find((each) => each !== null)?.day;
                return cell === null ? (
                  <td key={key} className="heat-none" />
                ) : (
                  <Cell key={key} cell={cell} most={most} words={words} />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <Legend most={most} />
    </div>
  );
}

/** Which shade is how many; what a cell says aloud says it too. */
function Legend({ most }: { readonly most: number }) {
  return (
    <ul className="heat-legend" aria-hidden="true">
      {heatShades(most).map(({ step, from, to }) => (
        <li key={step}>
          <span className={`heat-day heat-${step}`} />
          {step === 0 ? "none" : from === to ? count(from) : `${count(from)} to ${count(to)}`}
        </li>
      ))}
    </ul>
  );
}

interface CellProps {
  readonly cell: HeatDay;
  readonly most: number;
  readonly words: HeatMapProps["words"];
}

function Cell({ cell: { day, value }, most, words }: CellProps) {
  const text = `${date(day)}: ${count(value)} ${value === 1 ? words[0] : words[1]}`;
  return (
    <td className={`heat-day heat-${heatStep(value, most)}`} title={text}>
      <span className="unseen">{text}</span>
    </td>
  );
}

type Week = readonly (HeatDay | null)[];

/** Monday is the first of each; the days before the first and after the last are null. */
function weeksOf(days: readonly HeatDay[]): readonly Week[] {
  const [first] = days;
  if (first === undefined) return [];
  const lead = (new Date(first.day).getUTCDay() + 6) % 7;
  const cells: (HeatDay | null)[] = [...Array.from({ length: lead }, () => null), ...days];
  return Array.from({ length: Math.ceil(cells.length / 7) }, (_, week) =>
    cells.slice(week * 7, week * 7 + 7),
  );
}

const monthOf = (week: Week | undefined): string =>
  week?.find((each) => each !== null)?.day.slice(0, 7) ?? "";
const monthName = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });

function monthMark(weeks: readonly Week[], index: number): string {
  const month = monthOf(weeks[index]);
  return month === monthOf(weeks[index - 1]) ? "" : monthName.format(new Date(`${month}-01`));
}
