const whole = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat("en-US", { style: "percent", maximumFractionDigits: 1 });
const finePercent = new Intl.NumberFormat("en-US", { style: "percent", maximumFractionDigits: 2 });

/** `1,234,567`; what was rounded to nothing from below is 0, not -0. */
export const count = (value: number): string => whole.format(Object.is(value, -0) ? 0 : value);

/** `1.2M`, for axes and tight places. */
export const shortCount = (value: number): string => short.format(value);

/** `1 domain`, `1,200 domains`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** A share as a percentage; near the whole with two digits, so that 99.96 % is not told as 100 %. */
export function share(value: number): string {
  if (value > 0.99 && value < 1) return finePercent.format(Math.floor(value * 10_000) / 10_000);
  if (value > 0 && value < 0.001) return "< 0.1%";
  return percent.format(value);
}
