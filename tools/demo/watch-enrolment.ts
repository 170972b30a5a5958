/** Shows how the list is getting on until every domain is active or has failed. */
import { setTimeout } from "node:timers/promises";
import { type Client, operations, type Status } from "@certmill/api";
import type { Screen } from "./screen.ts";

const pollEvery = 200;
const plainLineEvery = 2_000;

/**
 * @param since when the list was handed in, milliseconds since the epoch.
 * @returns the last status: nothing waits or is under way any more, and the edges have said what they serve.
 */
export async function watchEnrolment(client: Client, screen: Screen, since: number): Promise<Status> {
  let toldAt = 0;
  for (;;) {
    const status = await client.call(operations.showStatus);
    const isOver =
      status.domains.waiting + status.domains.issuing === 0 &&
      status.edges.every(({ behind }) => behind === 0);
    const now = Date.now();
    const seconds = (now - since) / 1_000;
    screen.progress(progressText(status, seconds, screen.width));
    if (isOver || (!screen.isTerminal && now - toldAt >= plainLineEvery)) {
      screen.line(progressText(status, seconds, screen.isTerminal ? screen.width : null));
      toldAt = now;
    }
    if (isOver) return status;
    await setTimeout(pollEvery);
  }
}

/** @param width characters to fill at most; null: no bar. */
function progressText({ domains, steps }: Status, seconds: number, width: number | null): string {
  const done = domains.active;
  const total = domains.waiting + domains.issuing + done + domains.failed;
  const rate = done / Math.max(seconds, 0.001);
  const left = domains.waiting + domains.issuing;
  const time = left === 0 ? `${seconds.toFixed(1)} s` : rate === 0 ? "-" : `${Math.ceil(left / rate)} s left`;
  const counts = `wait ${domains.waiting + steps.ordering}, validate ${steps.validating}, finalize ${steps.finalizing}, done ${done}/${total}, failed ${domains.failed}`;
  const text = `${counts}  ${rate.toFixed(1)}/s  ${time}`;
  const room = width === null ? 0 : Math.min(width - text.length - 3, 20);
  return room < 4 ? text : `[${bar(done / Math.max(total, 1), room)}] ${text}`;
}

const bar = (share: number, width: number): string =>
  "#".repeat(Math.round(share * width)).padEnd(width, ".");
