import { numberText } from "../terminal/number-text.ts";
import { durationText } from "../terminal/time-text.ts";
import type { Tally } from "./tally.ts";

type Progress = Pick<Tally, "rows" | "seconds" | "rejected" | "bytes">;

const widestBar = 24;
const narrowestBar = 8;

/**
 * An import's progress in one line: `[=====>    ] 43 %  215,000 rows  12,300/s  23 s left  12 rejected`.
 *
 * @param size of the list in bytes; null: not known, as from a pipe.
 * @param width in characters; null: any, and no bar is drawn.
 */
export function progressText(tally: Progress, size: number | null, width: number | null): string {
  const perSecond = tally.seconds === 0 ? 0 : Math.round(tally.rows / tally.seconds);
  const share = size === null || size === 0 ? null : Math.min(1, tally.bytes / size);
  const words = [
    share === null ? "" : `${Math.floor(share * 100)} %`,
    `${numberText(tally.rows)} rows`,
    `${numberText(perSecond)}/s`,
    share === null || share === 0 || share === 1
      ? ""
      : `${durationText((tally.seconds * 1_000 * (1 - share)) / share)} left`,
    tally.rejected === 0 ? "" : `${numberText(tally.rejected)} rejected`,
  ];
  const text = words.filter((word) => word !== "").join("  ");
  const room = width === null || share === null ? 0 : Math.min(widestBar, width - text.length - 4);
  return room < narrowestBar || share === null ? text : `${bar(share, room)} ${text}`;
}

function bar(share: number, width: number): string {
  const filled = Math.round(share * width);
  const head = filled > 0 && filled < width ? ">" : "";
  return `[${`${"=".repeat(filled - head.length)}${head}`.padEnd(width)}]`;
}
