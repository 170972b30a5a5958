import { type Client, edgeRoutes, maxReceipts } from "@certmill/api/edge";
import { serverTrouble } from "../feed/server-trouble.ts";
import { type Backoff, backoffAfter } from "../flow/backoff.ts";
import type { Bell } from "../flow/bell.ts";
import { pause } from "../flow/pause.ts";
import type { Log } from "../log/edge-event.ts";
import type { Outbox } from "./outbox.ts";

export interface SendReceiptsOptions {
  readonly client: Client;
  readonly edge: string;
  readonly outbox: Outbox;
  readonly bell: Bell;
  readonly backoff: Backoff;
  readonly log: Log;
}

/** Milliseconds between two requests: what comes meanwhile goes together. */
const gathering = 50;

/** Sends receipts as they come, until the signal aborts. What the server does not acknowledge is sent again. */
export async function sendReceipts(options: SendReceiptsOptions, signal: AbortSignal): Promise<void> {
  const { client, edge, outbox, bell, backoff, log } = options;
  let failures = 0;
  while (!signal.aborted) {
    const receipts = outbox.next(maxReceipts);
    if (receipts.length === 0) {
      await bell.rung(null, signal);
      continue;
    }
    try {
      await client.call(edgeRoutes.sendReceipts, { body: { edge, receipts }, signal });
      outbox.acknowledge(receipts);
      failures = 0;
      await pause(gathering, signal);
    } catch (error) {
      if (signal.aborted) return;
      const trouble = serverTrouble(error);
      if (trouble === null) throw error;
      failures += 1;
      const retryIn = Math.max(trouble.retryAfter, backoffAfter(failures, backoff));
      log({ kind: "receipts-failed", reason: trouble.reason, retryIn });
      await pause(retryIn, signal);
    }
  }
}
