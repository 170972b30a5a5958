/**
 * Asks the CAs when certificates are to be renewed (RFC 9773), as long as the process runs. Any number of processes
 * do: each takes what is due and nobody else has. What is due is a column, so nothing is remembered here but which
 * CAs need not be thought of.
 */
import { hours, type Instant, milliseconds, minutes, seconds } from "@certmill/domain";
import type { DirectoryOffer } from "../effects/directory-offer.ts";
import { claimDirectoryReads, readOffers, storeOffer, storeProfiles } from "../store/renewal-offers.ts";
import { batchSize, type PollTools, pollRenewals } from "./poll-renewals.ts";
import { Rounds } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";

/** How often a CA's directory is looked at for what it offers. */
const directoryEvery = hours(6);
/** What comes due within so long is asked for together. */
const shortestWait = seconds(10);
/** After an error of the database, or of ours. */
const afterError = minutes(1);

export interface RenewalWatchOptions extends PollTools, WatchBase {
  /** What the CA's directory offers; null: it cannot be told now. */
  readonly readOffer: (caId: string, signal: AbortSignal) => Promise<DirectoryOffer | null>;
}

export class RenewalWatch {
  readonly #options: RenewalWatchOptions;
  readonly #rounds: Rounds;
  /** CAs that are known to offer none. */
  #without: ReadonlySet<string> = new Set();

  constructor(options: RenewalWatchOptions) {
    this.#options = options;
    this.#rounds = new Rounds({
      clock: options.clock,
      round: ({ signal }) => this.#round(signal),
      shortestWait,
      afterError,
      noMore: "Renewal information is asked for no more.",
      onError: options.onError,
    });
  }

  /** A certificate of this CA was stored: it is to be asked for "immediately after issuance" (section 4.3). */
  stored(caId: string): void {
    if (!this.#without.has(caId)) this.#rounds.wake();
  }

  async stop(): Promise<void> {
    await this.#rounds.stop();
  }

  /** @returns how long nothing will be due, in milliseconds. */
  async #round(signal: AbortSignal): Promise<number> {
    const { db, clock } = this.#options;
    do await this.#lookForOffers(signal);
    while ((await pollRenewals(this.#options, signal)) === batchSize && !signal.aborted);
    const { nextPollAt, without } = await readOffers(db);
    this.#without = new Set(without);
    const untilNext = nextPollAt === null ? directoryEvery : milliseconds(nextPollAt - clock.now());
    return Math.min(untilNext, directoryEvery);
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
}
