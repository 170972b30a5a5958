/**
 * Lists are read and counted in the browser, by the command's own rules: a plan needs the counts alone, so no name leaves
 * the machine. With the public suffixes and Unicode's tables this and `read-list.ts` are a large file: it is loaded when
 * somebody chooses a list (docs/decisions/0040-lists-in-the-browser.md).
 */
import type { DomainBatchRow, NewPlan, RejectedRow } from "@certmill/api";
import { ListCounter } from "@certmill/domain";

export interface CountedRows {
  readonly list: NewPlan["list"];
  /** Rows that are no names a public CA issues for, as they stand in the list. */
  readonly rejected: readonly RejectedRow[];
}

/** Rows between which the page may draw and take a press: some 30 ms. */
const slice = 5_000;

/**
 * @param rejected rows that were no rows: they are refused too.
 * @param tell is told how many rows are counted.
 */
export async function countRows(
  rows: readonly DomainBatchRow[],
  rejected: readonly RejectedRow[],
  tell: (counted: number) => void,
): Promise<CountedRows> {
  const counter = new ListCounter();
  const faults = [...rejected];
  for (const [index, { line, ...row }] of rows.entries()) {
    if (index % slice === 0) {
      tell(index);
      await drawn();
    }
    const refusal = counter.add(row);
    if (refusal !== null)
      faults.push({ line, domain: row.domain, code: refusal.code, reason: refusal.reason });
  }
  const summary = counter.summary();
  const list = { ...summary, refused: summary.refused + rejected.length };
  return { list, rejected: faults.sort((one, other) => one.line - other.line) };
}

const drawn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
