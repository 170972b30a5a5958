import { days, type Limit, refillTime } from "@certmill/domain";

const week = days(7);

/**
 * What an operator may not have meant by a rule. Let's Encrypt grants new orders by the week, with all of them at once:
 * tiers below 16,800 a week begin with more than the default's 300 and refill slower than it does.
 *
 * @param replaced null: nothing limits it so far.
 */
export function limitWarnings(rule: Limit, replaced: Limit | null): readonly string[] {
  if (replaced === null || refillTime(rule) <= refillTime(replaced)) return [];
  return [
    `It refills slower than what it replaces: one every ${span(refillTime(rule))} (${perWeek(rule)} a week), before one every ${span(refillTime(replaced))} (${perWeek(replaced)} a week). ${whatItCosts(rule, replaced)} Ask the CA for ${perWeek(replaced)} a week or more.`,
  ];
}

function whatItCosts(rule: Limit, replaced: Limit): string {
  if (rule.burst <= replaced.burst) return "There is less of it from the first day on.";
  const ahead = (rule.burst - replaced.burst) / (1 / refillTime(replaced) - 1 / refillTime(rule));
  return `Its burst of ${number(rule.burst)} is ahead for ${span(ahead)} at full use, and behind ever after.`;
}

const perWeek = (rule: Limit): string => number(Math.floor(week / refillTime(rule)));

const number = (value: number): string => value.toLocaleString("en-US");

/** To two digits or more, in the largest unit that it has one of. */
function span(ms: number): string {
  const units = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1_000, "s"],
  ] as const;
  // A day and a half is told in hours.
  const [size, name] = units.find(([unit]) => ms >= 2 * unit) ?? [1, "ms"];
  const value = ms / size;
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${name}`;
}
