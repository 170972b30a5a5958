import { numberText } from "./number-text.ts";

/** A limit's rule, as the API gives it. */
export interface Rule {
  readonly burst: number;
  readonly count: number;
  readonly periodSeconds: number;
}

/** `300 at once, 300 more every 3 h`. */
export const ruleText = ({ burst, count, periodSeconds }: Rule): string =>
  `${numberText(burst)} at once, ${numberText(count)} more every ${periodText(periodSeconds)}`;

const units = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
] as const;

/** In the largest unit that tells it exactly: 604800 is `7 d`, 90 is `90 s`. */
function periodText(seconds: number): string {
  const [size, name] = units.find(([unit]) => seconds % unit === 0) ?? [1, "s"];
  return `${seconds / size} ${name}`;
}
