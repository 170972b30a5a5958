/**
 * Asks the CAs when certificates are to be renewed (RFC 9773), as long as the process runs. Any number of processes
 * do: each takes what is due and nobody else has. What is due is a column, so nothing is remembered here but which
 * CAs need not be thought of.
 */
import { hours, type Instant, milliseconds, minutes, seconds } from "@certmill/domain";
import type { DirectoryOffer } from "../effects/directory-offer.ts";
import { claimDirectoryReads, readOffers, storeOffer, storeProfiles } from "../store/renewal-offers.ts";
import { batchSize, type PollTools, pollRenewals } from "./poll-renewals.ts";

/** How often a CA's directory is looked at for what it offers. */
const directoryEvery = hours(6);
/** What comes due within so long is asked for together. */
const shortestWait = seconds(10);
/** After an error of the database, or of ours. */
const afterError = minutes(1);

export interface RenewalWatchOptions extends PollTools {
  /** What the CA's directory offers; null: it cannot be told now. */
  readonly readOffer: (caId: string, signal: AbortSignal) => Promise<DirectoryOffer | null>;
  readonly onError: (error: unknown) => void;
}

export class RenewalWatch {
  readonly #options: RenewalWatchOptions;
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;
  /** CAs that are known to offer none. */
  #without: ReadonlySet<string> = new Set();
  #rung = false;
  #waiting: AbortController | null = null;

  constructor(options: RenewalWatchOptions) {
    this.#options = options;
    this.#loop = this.#watch();
  }

  /** A certificate of this CA was stored: it is to be asked for "immediately after issuance" (section 4.3). */
  stored(caId: string): void {
    if (this.#without.has(caId)) return;
    this.#rung = true;
    this.#waiting?.abort();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error("Renewal information is asked for no more."));
    this.#waiting?.abort();
    await this.#loop;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      let wait: number;
      try {
        wait = await this.#round(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onError(error);
        wait = afterError;
      }
      if (wait > 0) await this.#wait(wait);
    }
  }

  /** @returns how long nothing will be due, in milliseconds; 0 where more is due than was taken. */
  async #round(signal: AbortSignal): Promise<number> {
    const { db, clock } = this.#options;
    await this.#lookForOffers(signal);
    if ((await pollRenewals(this.#options, signal)) === batchSize) return 0;
    const { nextPollAt, without } = await readOffers(db);
    this.#without = new Set(without);
    const untilNext = nextPollAt === null ? directoryEvery : milliseconds(nextPollAt - clock.now());
    return Math.max(shortestWait, Math.min(untilNext, directoryEvery));
  }

  async #lookForOffers(signal: AbortSignal): Promise<void> {
    const { db, clock, readOffer } = this.#options;
    const now: Instant = clock.now();
    for (const { caId, ...before } of await claimDirectoryReads(db, { every: directoryEvery, now })) {
      const offer = await readOffer(caId, signal);
      if (offer === null) continue;
      const { renewalInfo: offered, profiles } = offer;
      if (offered !== before.offered) await storeOffer(db, { caId, offered, now });
      if (profiles.join() !== before.profiles.join()) await storeProfiles(db, caId, profiles);
    }
  }

  async #wait(most: number): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stop;
    await clock.wait(shortestWait, signal);
    if (!this.#rung && !signal.aborted && most > shortestWait) {
      this.#waiting = new AbortController();
      await clock.wait(most - shortestWait, this.#waiting.signal);
      this.#waiting = null;
    }
    this.#rung = false;
  }
}
