import type { Plan } from "@certmill/api";

/** What is drawn: certificates a day from the start to the finish, and renewals as long as they are of interest. */
export interface DaySeries {
  readonly firstDay: string;
  readonly lastDay: string;
  readonly certificates: readonly number[];
  /** As many as certificates; with the renewals of what was issued before. */
  readonly renewals: readonly number[];
}

/** Days after the finish that show how renewals begin. */
const daysAfter = 90;
/** What lasts longer is told in words: nothing could be seen in it. */
const mostDays = 800;

export function daySeries({ enrolment: { byDay }, renewals }: Plan): DaySeries | null {
  const [first] = byDay;
  if (first === undefined) return null;
  const days = renewals.byDay.slice(0, Math.min(mostDays, byDay.length + daysAfter));
  return {
    firstDay: first.day,
    lastDay: days.at(-1)?.day ?? byDay.at(-1)?.day ?? first.day,
    certificates: days.map((_, index) => byDay[index]?.certificates ?? 0),
    renewals: days.map((day) => day.renewals),
  };
}

/** As many values as there are columns: each the average of the days that fall in it. */
export function inColumns(values: readonly number[], columns: number): readonly number[] {
  if (values.length <= columns) return values;
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / columns));
    const part = values.slice(from, to);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

/** A round number that is not less: where an axis ends. */
export function axisEnd(most: number): number {
  if (most <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= most) ?? 10) * power;
}
