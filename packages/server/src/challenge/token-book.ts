/**
 * What the responder answers, by token. The database has the truth; memory holds what was read or announced
 * lately. An unknown token is always asked for, as another process may have published it just now, but never
 * with more than one query at a time: look-ups that meet a running query share the next one.
 */
import { after, type Duration, type Instant } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { PublishedChallenge } from "../store/challenge-responses.ts";

export interface TokenBookOptions {
  readonly read: (tokens: readonly string[]) => Promise<readonly PublishedChallenge[]>;
  readonly clock: Clock;
  /** How long an entry answers before the database is asked again. */
  readonly freshness: Duration;
  /** Entries kept; the oldest go first. */
  readonly capacity: number;
}

interface Entry {
  readonly keyAuthorization: string;
  readonly until: Instant;
}

interface Query {
  readonly tokens: Set<string>;
  readonly answer: Promise<ReadonlyMap<string, string>>;
}

const mostTokensInQuery = 1_000;

/** Too many unknown tokens at once: a flood, not a CA. */
export class TooManyLookups extends Error {
  readonly code = "too-many-lookups";
}

export class TokenBook {
  readonly #options: TokenBookOptions;
  readonly #entries = new Map<string, Entry>();
  #running: Promise<unknown> = Promise.resolve();
  #next: Query | null = null;

  constructor(options: TokenBookOptions) {
    this.#options = options;
  }

  /** @param payload `<token> <key authorization>`, as the publishing transaction notifies it. */
  hear(payload: string): void {
    const [token, keyAuthorization] = payload.split(" ");
    if (token !== undefined && keyAuthorization !== undefined) this.remember({ token, keyAuthorization });
  }

  /** What is published, told by whoever read or stored it. */
  remember({ token, keyAuthorization }: PublishedChallenge): void {
    const { clock, freshness, capacity } = this.#options;
    this.#entries.delete(token);
    this.#entries.set(token, { keyAuthorization, until: after(clock.now(), freshness) });
    if (this.#entries.size <= capacity) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  /**
   * The key authorization, or null when the token is not published.
   *
   * @throws TooManyLookups; the database's error.
   */
  async find(token: string): Promise<string | null> {
    const entry = this.#entries.get(token);
    if (entry !== undefined && entry.until > this.#options.clock.now()) return entry.keyAuthorization;
    const query = this.#next ?? this.#enqueue();
    if (query.tokens.size >= mostTokensInQuery)
      throw new TooManyLookups("Too many unknown tokens are being asked for.");
    query.tokens.add(token);
    return (await query.answer).get(token) ?? null;
  }

  #enqueue(): Query {
    const tokens = new Set<string>();
    const answer = this.#running.then(() => this.#ask(tokens));
    this.#running = answer.catch(() => {});
    this.#next = { tokens, answer };
    return this.#next;
  }

  async #ask(tokens: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    this.#next = null;
    const published = await this.#options.read([...tokens]);
    for (const challenge of published) this.remember(challenge);
    return new Map(published.map(({ token, keyAuthorization }) => [token, keyAuthorization]));
  }
}
