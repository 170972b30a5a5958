import { ListCounter, type ListSummary } from "@certmill/domain";
import type { ListSource } from "../import/list-source.ts";
import { readBatches } from "../import/read-batches.ts";

/** Counts a list as it streams by. @throws {CommandError} when it is no list at all. */
export async function summariseList(source: ListSource): Promise<ListSummary> {
  const counter = new ListCounter();
  let unreadable = 0;
  for await (const { rows, rejected } of readBatches(source.chunks)) {
    unreadable += rejected.length;
    for (const row of rows) counter.add(row);
  }
  const summary = counter.summary();
  return { ...summary, refused: summary.refused + unreadable };
}
