/** One limit as it is typed: `new-orders-per-account=100/3h`, or `overload=none`. */
import { milliseconds } from "@certmill/domain";
import { type Allowance, isCountable, per } from "./limits/allowance.ts";
import { ALLOWANCE_NAMES, type AllowanceName } from "./limits/rules.ts";

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const BY_TYPED: ReadonlyMap<string, AllowanceName> = new Map(
  ALLOWANCE_NAMES.map((name) => [kebab(name), name]),
);

/** As they are typed. */
export const TYPED_LIMITS: readonly string[] = [...BY_TYPED.keys()];

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The second is what it is to be; null: none. */
export type TypedLimit = readonly [AllowanceName, Allowance | null];

/** @returns null for a text of another form. */
export function limitOption(text: string): TypedLimit | null {
  const [, typed = "", rule = "", count, length, unit = ""] =
    /^([a-z-]+)=(none|(\d{1,9})\/(\d{1,4})([smhd]))$/.exec(text) ?? [];
  const name = BY_TYPED.get(typed);
  if (name === undefined) return null;
  if (rule === "none") return [name, null];
  const allowance = per(milliseconds(Number(length) * (UNITS[unit] ?? 0)), Number(count));
  return isCountable(allowance) ? [name, allowance] : null;
}
