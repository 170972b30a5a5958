/** One batch of certificates whose CAs are asked when they are to be renewed. */
import { after, minutes } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import { ariIdOf, type RenewalAnswer, type RenewalQuestion } from "../effects/renewal-info.ts";
import type { Db } from "../store/database.ts";
import { storeOffer } from "../store/renewal-offers.ts";
import {
  type ClaimedPoll,
  claimPolls,
  type PollResult,
  type RenewalNews,
  readChains,
  storePolls,
} from "../store/renewal-polls.ts";
import { judgePoll, unchanged } from "./judge-poll.ts";

export interface PollTools {
  readonly db: Db;
  readonly clock: Clock;
  /** @throws the signal's reason; what cannot be blamed on the CA or the network. */
  readonly ask: (caId: string, question: RenewalQuestion, signal: AbortSignal) => Promise<RenewalAnswer>;
  readonly onNews: (news: RenewalNews) => void;
}

/** Certificates in one batch: those of ten seconds, where there are a million. */
export const batchSize = 500;
/** Requests to one CA at a time: few, so that issuing is not held up behind them where its pace is shared. */
const atOnce = 8;
/** A batch of which every request waits for its time-out takes less. */
const lease = minutes(30);
/** After so many that the CA did not answer, it is not asked for the rest of the batch. */
const mostTroubles = 8;

/**
 * @returns how many were due.
 * @throws the signal's reason; the database's errors. What was claimed and not stored is due again after the lease.
 */
export async function pollRenewals(tools: PollTools, signal: AbortSignal): Promise<number> {
  const { db, clock } = tools;
  const now = clock.now();
  const leaseEnd = after(now, lease);
  const polls = await claimPolls(db, { limit: batchSize, leaseEnd, now });
  const named = await nameAll(db, polls);
  await allOver(
    Object.entries(Object.groupBy(named, ({ caId }) => caId)).map(async ([caId, ofCa = []]) => {
      const results = await new CaBatch(tools, caId, signal).run(ofCa);
      await storePolls(db, results, { leaseEnd, now: clock.now() });
      tell(tools, caId, results);
    }),
  );
  return polls.length;
}

/** Certificates of before renewal information was asked for are named by their chains. */
async function nameAll(db: Db, polls: readonly ClaimedPoll[]): Promise<readonly ClaimedPoll[]> {
  const unnamed = polls.filter(({ ariId }) => ariId === null).map((poll) => poll.certificateId);
  const chains = await readChains(db, unnamed);
  return polls.map((poll) => ({
    ...poll,
    ariId: poll.ariId ?? ariIdOf(chains.get(poll.certificateId) ?? ""),
  }));
}

/** The part of a batch that one CA is asked for. */
class CaBatch {
  readonly #tools: PollTools;
  readonly #caId: string;
  readonly #signal: AbortSignal;
  #troublesInARow = 0;
  /** The answer for the rest, once the CA gives no other. */
  #settled: RenewalAnswer | null = null;

  constructor(tools: PollTools, caId: string, signal: AbortSignal) {
    this.#tools = tools;
    this.#caId = caId;
    this.#signal = signal;
  }

  async run(polls: readonly ClaimedPoll[]): Promise<readonly PollResult[]> {
    const results: PollResult[] = [];
    const left = polls[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (const poll of left) results.push(await this.#poll(poll));
    };
    await allOver(Array.from({ length: atOnce }, worker));
    if (this.#settled?.kind === "not-offered") {
      const { db, clock } = this.#tools;
      await storeOffer(db, { caId: this.#caId, offered: false, now: clock.now() });
    }
    return results;
  }

  async #poll(poll: ClaimedPoll): Promise<PollResult> {
    const { ask, clock } = this.#tools;
    const { ariId, etag, validity } = poll;
    if (ariId === null || validity.notAfter <= clock.now()) return unchanged(poll);
    const answer = this.#settled ?? (await ask(this.#caId, { ariId, etag }, this.#signal));
    this.#note(answer);
    return judgePoll(poll, answer, clock.now());
  }

  #note(answer: RenewalAnswer): void {
    this.#troublesInARow = answer.kind === "trouble" ? this.#troublesInARow + 1 : 0;
    const isLast = answer.kind === "not-offered" || answer.kind === "not-asked";
    if (isLast || this.#troublesInARow >= mostTroubles) this.#settled = answer;
  }
}

/** All of them have ended, whatever became of one. @throws the first one's error. */
async function allOver(works: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(works))
    if (outcome.status === "rejected") throw outcome.reason;
}

function tell({ onNews }: PollTools, caId: string, results: readonly PollResult[]): void {
  const moved = results.filter(({ event }) => event !== null);
  if (moved.length === 0) return;
  const explained = moved.find(({ explanationUrl }) => explanationUrl !== null);
  onNews({
    caId,
    moved: moved.length,
    urgent: moved.filter(({ known }) => known?.urgent === true).length,
    explanationUrl: explained?.explanationUrl ?? null,
  });
}
