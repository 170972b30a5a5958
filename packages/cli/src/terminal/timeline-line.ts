import type { TimelineEntry } from "@certmill/api";
import { printable } from "./printable.ts";
import { styled } from "./style.ts";
import { durationText, instantText } from "./time-text.ts";

/** One fact of a timeline, and in brackets how long the step took that it ended. */
export function timelineLine({ at, sentence, durationMs }: TimelineEntry): string {
  const took = durationMs === null ? "" : styled("dim", ` (${durationText(durationMs)})`);
  return `${styled("dim", instantText(at))}  ${printable(sentence)}${took}`;
}
