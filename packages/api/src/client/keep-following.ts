import type { StreamEventOf, StreamOperation } from "../operation.ts";
import { ApiError } from "./api-error.ts";
import type { LiveClient } from "./create-client.ts";
import type { AnyInput, InputOf } from "./operation-input.ts";

const firstPause = 500;
const longestPause = 30_000;

/**
 * Follows a stream for ever: when it ends or breaks off it is asked for again, from after the last event that had an id. Between
 * two tries there is a pause that grows, a part of it random, so that a thousand clients do not come back at once.
 *
 * @param input.signal ends it.
 * @param onGap told of each try that failed or broke off, with what went wrong.
 * @throws {ApiError} when the server refuses it: asking again would not help. 5xx and 429 are waited for.
 * @throws the signal's reason when the caller gives up.
 */
export async function* keepFollowing<O extends StreamOperation>(
  client: LiveClient,
  operation: O,
  input: InputOf<O>,
  onGap: (error: unknown) => void = () => {},
): AsyncGenerator<StreamEventOf<O>, void, undefined> {
  const { query, ...rest }: AnyInput = input;
  let after = query?.["after"];
  let pause = firstPause;
  for (;;) {
    try {
      const asked = { ...rest, query: { ...query, after } };
      for await (const event of client.follow<StreamOperation>(operation, asked)) {
        pause = firstPause;
        after = event.id ?? after;
        yield event as StreamEventOf<O>;
      }
    } catch (error) {
      rest.signal?.throwIfAborted();
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error;
      onGap(error);
    }
    rest.signal?.throwIfAborted();
    await wait(pause * (0.5 + Math.random() / 2), rest.signal);
    pause = Math.min(longestPause, pause * 2);
  }
}

const wait = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const gaveUp = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", gaveUp);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", gaveUp, { once: true });
  });
