import type { DomainBatchRow, RejectedRow } from "@certmill/api";
import { LineSplitter, ListReader } from "@certmill/domain";

/** A file of domains as the campaign takes it, with what is no row of it. */
export interface ReadList {
  readonly rows: readonly DomainBatchRow[];
  readonly rejected: readonly RejectedRow[];
}

/**
 * Reads a whole list by the command's own rule. The names themselves are judged by the server.
 *
 * @throws for a file that is no list, in words for its owner.
 */
export function readList(text: string): ReadList {
  const splitter = new LineSplitter();
  const reader = new ListReader();
  const rows: DomainBatchRow[] = [];
  const rejected: RejectedRow[] = [];
  for (const line of [...splitter.split(text), ...splitter.end()]) {
    const read = reader.read(line);
    if (read === null) continue;
    if (read.kind === "no-list") throw new Error(`${read.reason} ${read.fix}`);
    if (read.kind === "refused") rejected.push(read.row);
    else rows.push(read.row);
  }
  if (rows.length + rejected.length === 0) throw new Error("There is no domain in the file.");
  return { rows, rejected };
}
