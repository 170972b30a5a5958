import type { Overview } from "@certmill/api";
import type { Tone } from "../../kit/mark.tsx";

export interface Verdict {
  readonly tone: Tone;
  readonly headline: string;
}

/** Whether all is well, in the words that an operator reads first. */
export function verdictOf({ alerts }: Pick<Overview, "alerts">): Verdict {
  const critical = alerts.filter(({ severity }) => severity === "critical").length;
  const others = alerts.length - critical;
  if (critical > 0) return { tone: "bad", headline: `${things(critical)} to act on now${also(others)}.` };
  if (others > 0) return { tone: "warn", headline: `It works. ${things(others)} to look at.` };
  return { tone: "good", headline: "All is well." };
}

const things = (count: number): string => (count === 1 ? "1 thing" : `${count} things`);
const also = (count: number): string => (count === 0 ? "" : `, ${count} more to look at`);
