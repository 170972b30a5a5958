import { endWith } from "../exit-code.ts";
import { Interrupted } from "../interruption.ts";
import { numberText } from "../terminal/number-text.ts";
import { print, printJson, remark } from "../terminal/print.ts";
import { printable } from "../terminal/printable.ts";
import { durationText } from "../terminal/time-text.ts";
import { wrapFor } from "../terminal/wrap.ts";
import type { ImportEnd } from "./send-list.ts";
import type { Tally } from "./tally.ts";

interface Telling {
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly rejectsPath: string;
}

/** Says what an import did and sets the exit code. @throws what stopped it, after saying how far it came. */
export async function tellImport({ tally, sample, stoppedBy }: ImportEnd, telling: Telling): Promise<void> {
  const { json, dryRun, rejectsPath } = telling;
  if (stoppedBy !== null && tally.rows === 0 && !(stoppedBy.error instanceof Interrupted))
    throw stoppedBy.error;
  const { rows, added, unchanged, rejected, throughLine, seconds } = tally;
  if (json) {
    const rejectsFile = rejected === 0 ? null : rejectsPath;
    const complete = stoppedBy === null;
    await printJson({
      complete,
      dryRun,
      rows,
      added,
      unchanged,
      rejected,
      throughLine,
      seconds,
      rejectsFile,
    });
  } else {
    for (const { line, domain, reason } of sample) {
      remark(wrapFor(process.stderr, printable(`line ${line}: ${domain}: ${reason}`), 2));
    }
    if (rejected > 0) remark(rejectedText(rejected - sample.length, rejectsPath));
    await print(summaryText(tally, dryRun));
  }
  if (stoppedBy === null) return endWith(rejected === 0 ? "ok" : "rejected");
  remark(
    `Stopped: every row up to line ${numberText(throughLine)} is done. Start the same command again for the rest; what is done stays as it is.`,
  );
  if (!(stoppedBy.error instanceof Interrupted)) throw stoppedBy.error;
  endWith("interrupted");
}

function rejectedText(hidden: number, rejectsPath: string): string {
  return hidden === 0
    ? `All rejected rows are in ${rejectsPath}`
    : `and ${numberText(hidden)} more. All rejected rows are in ${rejectsPath}`;
}

function summaryText({ rows, added, unchanged, rejected, seconds }: Tally, dryRun: boolean): string {
  const would = dryRun ? "dry run, nothing was changed: " : "";
  const counts = `${numberText(added)} added, ${numberText(unchanged)} unchanged, ${numberText(rejected)} rejected`;
  return `${would}${numberText(rows)} rows in ${durationText(seconds * 1_000)}: ${counts}`;
}
