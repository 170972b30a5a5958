import type { Edge } from "@certmill/api";
import type { Tone } from "../../kit/mark.tsx";
import { counted } from "../../text/number.ts";

interface EdgeMark {
  readonly tone: Tone;
  readonly word: string;
}

/** What an edge's row says of its state: one that serves half of a pair turns some clients away, alive or not. */
export function edgeMarks({ alive, halfPairs }: Pick<Edge, "alive" | "halfPairs">): readonly EdgeMark[] {
  const life: EdgeMark = alive ? { tone: "good", word: "alive" } : { tone: "bad", word: "silent" };
  return halfPairs === 0
    ? [life]
    : [life, { tone: "warn", word: `half of ${counted(halfPairs, "pair")} only` }];
}
