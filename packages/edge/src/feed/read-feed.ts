import { type Client, type EdgeCertificate, type EdgeChange, edgeRoutes, pages } from "@certmill/api/edge";
import { EdgeFault } from "../edge-fault.ts";
import { type Backoff, backoffAfter } from "../flow/backoff.ts";
import { pause } from "../flow/pause.ts";
import type { Log } from "../log/edge-event.ts";
import { lineageFault } from "./lineage-fault.ts";
import { type ServerTrouble, serverTrouble } from "./server-trouble.ts";

/** What the server tells; `cursor` is the place after it. */
export type News =
  /** Some of the snapshot. The first page of one makes up for what was told of another one that broke off. */
  | { readonly kind: "page"; readonly certificates: readonly EdgeCertificate[]; readonly isFirst: boolean }
  /** There are no more pages. */
  | { readonly kind: "snapshot-end"; readonly cursor: string }
  | { readonly kind: "changes"; readonly changes: readonly EdgeChange[]; readonly cursor: string };

export interface ReadFeedOptions {
  readonly client: Client;
  /** The edge's own name, for the server's status page. */
  readonly edge: string;
  /** Seconds for which the server may hold a poll that has nothing to tell. */
  readonly wait: number;
  readonly backoff: Backoff;
  readonly log: Log;
}

/**
 * The server's news from a cursor on, for ever: by long polls, and by a snapshot where there is no cursor or
 * the server does not know it. A server that is away is waited for. Ends when the signal aborts.
 *
 * @param from null: from the beginning.
 * @throws {EdgeFault} `access-refused`, when there is no cursor and the token is refused before the first answer. Later it
 *   is waited for as for a server that is away: the edge has something to serve.
 */
export async function* readFeed(
  from: string | null,
  options: ReadFeedOptions,
  signal: AbortSignal,
): AsyncGenerator<News, void, undefined> {
  const { backoff, log } = options;
  let cursor = from;
  let failures = 0;
  let neverServed = from === null;
  while (!signal.aborted) {
    const asking = ask(cursor, options, signal);
    let told = await asking.next();
    for (; told.done !== true; told = await asking.next()) {
      if (signal.aborted) return;
      if (failures > 0) log({ kind: "server-back" });
      failures = 0;
      neverServed = false;
      if (told.value.kind !== "page") ({ cursor } = told.value);
      yield told.value;
    }
    if (signal.aborted) return;
    const trouble = told.value;
    if (trouble === null) continue;
    if (cursor !== null && cursorIsUnknown(trouble)) {
      log({ kind: "cursor-unknown" });
      cursor = null;
      continue;
    }
    if (trouble.kind === "access" && neverServed) throw new EdgeFault("access-refused", trouble.reason);
    failures += 1;
    const retryIn = Math.max(trouble.retryAfter, backoffAfter(failures, backoff));
    log({ kind: "server-lost", reason: trouble.reason, retryIn });
    await pause(retryIn, signal);
  }
}

/** A cursor of another list is refused with 400, one of another installation with 410. */
const cursorIsUnknown = ({ code }: ServerTrouble): boolean =>
  code === "cursor-unknown" || code === "invalid-cursor";

/** One poll, or a snapshot page by page. @returns what ended it; null: it is told whole. */
async function* ask(
  cursor: string | null,
  options: ReadFeedOptions,
  signal: AbortSignal,
): AsyncGenerator<News, ServerTrouble | null, undefined> {
  try {
    if (cursor === null) yield* takeSnapshot(options, signal);
    else yield await poll(cursor, options, signal);
    return null;
  } catch (error) {
    const trouble = signal.aborted ? stopped : serverTrouble(error);
    if (trouble === null) throw error;
    return trouble;
  }
}

const stopped: ServerTrouble = { kind: "away", reason: "stopped", code: null, retryAfter: 0 };

/** As it comes: 100,000 certificates at once would take more memory than all that is kept of them. */
async function* takeSnapshot(
  { client, edge, log }: ReadFeedOptions,
  signal: AbortSignal,
): AsyncGenerator<News, void, undefined> {
  let told = 0;
  let cursor: string | null = null;
  for await (const page of pages(client, edgeRoutes.edgeSnapshot, {
    query: { limit: 1_000, edge, twins: true },
    signal,
  })) {
    const certificates = withoutFaults(page.items, log);
    yield { kind: "page", certificates, isFirst: cursor === null };
    told += certificates.length;
    // The first page's: were a later one's different, changes between them would be missed.
    cursor ??= page.cursor;
  }
  if (cursor === null) throw new TypeError("a snapshot has at least one page");
  log({ kind: "snapshot-read", certificates: told });
  yield { kind: "snapshot-end", cursor };
}

async function poll(after: string, options: ReadFeedOptions, signal: AbortSignal): Promise<News> {
  const { client, edge, wait, log } = options;
  const { changes, cursor } = await client.call(edgeRoutes.edgeFeed, {
    query: { after, wait, edge, twins: true },
    signal,
  });
  return { kind: "changes", changes: withoutFaults(changes, log), cursor };
}

function withoutFaults<T extends EdgeCertificate | EdgeChange>(items: readonly T[], log: Log): readonly T[] {
  return items.filter((item) => {
    const reason = lineageFault(item);
    if (reason !== null) log({ kind: "lineage-refused", lineageId: item.lineageId, reason });
    return reason === null;
  });
}
