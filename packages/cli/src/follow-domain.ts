import { type Client, type DomainSummary, operations, type TimelineEntry } from "@certmill/api";
import { persist } from "./persist.ts";
import { remark } from "./terminal/print.ts";

interface Followed {
  readonly client: Client;
  readonly name: string;
  /** Infinite: until the signal. */
  readonly seconds: number;
  /** Where it begins on the domain's timeline; null: with the timeline itself. */
  readonly after: string | null;
  readonly signal: AbortSignal;
}

export interface News {
  readonly domain: DomainSummary;
  readonly events: readonly TimelineEntry[];
}

/** As long as the server holds a poll at most, in seconds. */
const longestPoll = 20;

/**
 * What is new on a domain's timeline, as it comes, until `seconds` are over. A server that is away meanwhile is
 * waited for.
 */
export async function* followDomain({
  client,
  name,
  seconds,
  after,
  signal,
}: Followed): AsyncGenerator<News> {
  const deadline = Date.now() + seconds * 1_000;
  let cursor = after;
  for (let left = deadline - Date.now(); left > 0; left = deadline - Date.now()) {
    const wait = Math.min(longestPoll, Math.ceil(left / 1_000));
    const query = cursor === null ? {} : { after: cursor, wait };
    const news = await persist(
      () => client.call(operations.followDomain, { params: { name }, query, signal }),
      { signal, giveUpAfter: left, onRetry: (error) => remark(`${error.message} Trying again.`) },
    );
    cursor = news.cursor;
    yield news;
  }
}
