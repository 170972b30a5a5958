import type { TimelineEntry } from "@certmill/api";
import { printable } from "./printable.ts";
import { styled } from "./style.ts";
import { durationText, instantText } from "./time-text.ts";
import { wrapFor } from "./wrap.ts";

/** One fact of a timeline, and in brackets how long the step took that it ended. */
export function timelineLine({ at, sentence, durationMs }: TimelineEntry): string {
  const took = durationMs === null ? "" : ` (${durationText(durationMs)})`;
  return datedLine(at, `${printable(sentence)}${took}`);
}

/** A sentence beside its instant, in lines of its own where it is long. */
export function datedLine(at: string, sentence: string): string {
  const when = `${instantText(at)}  `;
  return `${styled("dim", when)}${wrapFor(process.stdout, sentence, when.length)}`;
}
