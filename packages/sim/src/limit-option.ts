/** One limit as it is typed: `new-orders-per-account=100/3h`, or `overload=none`. */
import { type Duration, milliseconds } from "@certmill/domain";
import { type Allowance, isCountable, per } from "./limits/allowance.ts";
import { ALLOWANCE_NAMES, type AllowanceName } from "./limits/rules.ts";

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const BY_TYPED: ReadonlyMap<string, AllowanceName> = new Map(
  ALLOWANCE_NAMES.map((name) => [kebab(name), name]),
);

/** As they are typed. */
export const TYPED_LIMITS: readonly string[] = [...BY_TYPED.keys()];

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The second is what it is to be; null: none. */
export type TypedLimit = readonly [AllowanceName, Allowance | null];

/** @returns null for a text of another form. */
export function limitOption(text: string): TypedLimit | null {
  const [, typed = "", rule = ""] = /^([a-z-]+)=(.*)$/.exec(text) ?? [];
  const name = BY_TYPED.get(typed);
  if (name === undefined) return null;
  if (rule === "none") return [name, null];
  const allowance = allowanceOf(rule);
  return allowance === null ? null : [name, allowance];
}

/** `100/3h`: so many at once, and as many more in each such time. @returns null for a text of another form. */
export function allowanceOf(text: string): Allowance | null {
  const [, count, time = ""] = /^(\d{1,9})\/(\d{1,4}[smhd])$/.exec(text) ?? [];
  const period = timeOf(time);
  if (period === null) return null;
  const allowance = per(period, Number(count));
  return isCountable(allowance) ? allowance : null;
}

/** `500ms`, `90s`, `5m`, `3h`, `7d`. @returns null for a text of another form. */
export function timeOf(text: string): Duration | null {
  const [, length, unit = ""] = /^(\d{1,9})(ms|[smhd])$/.exec(text) ?? [];
  const perUnit = UNITS[unit];
  return perUnit === undefined ? null : milliseconds(Number(length) * perUnit);
}
