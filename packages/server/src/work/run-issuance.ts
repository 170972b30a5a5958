/**
 * Takes one claimed issuance as far as it goes without waiting: act, decide, commit, and again. What changes
 * something at the CA runs only after the state that owes it is committed; reads and local work may follow
 * in the same step.
 */
import assert from "node:assert/strict";
import {
  advance,
  after,
  changesOutside,
  type Decision,
  type Duration,
  effectOf,
  failedNames,
  givesUpAt,
  type Instant,
  type IssuanceState,
  isLive,
  type LedgerChange,
  type LifePolicy,
  type LiveState,
  ledgerChanges,
  lookEvery,
  splitPack,
} from "@certmill/domain";
import type { Clock } from "../clock.ts";
import { ownFault } from "../effects/own-fault.ts";
import type { KeyMaterial, Outcome, Performer, Task } from "../effects/perform.ts";
import type { ClaimedIssuance } from "../store/claim-issuances.ts";
import type { Db } from "../store/database.ts";
import { isDatabaseError } from "../store/database-error.ts";
import {
  type AbandonedCommit,
  commitAbandoned,
  commitFailed,
  commitSplit,
} from "../store/decision/commit-abandoned.ts";
import { commitIssued } from "../store/decision/commit-issued.ts";
import { commitStep, type LiveCommit, type Publication } from "../store/decision/commit-step.ts";
import type { TimelineEvent } from "../store/decision/tell-events.ts";
import { readSecret } from "../store/secrets.ts";
import { timelineOf } from "./issuance-timeline.ts";
import { commitEnd, stepEnd, tracedCommit, tracedStep, type Within } from "./issuance-trace.ts";

export interface IssuanceTools {
  readonly db: Db;
  readonly clock: Clock;
  /** Opens what its effects are done with. @throws when the account or its key cannot be used. */
  readonly connect: () => Promise<Performer>;
  readonly lease: Duration;
  readonly life: LifePolicy;
  /** Whether names are checked: when a try has failed, and once a day. */
  readonly areChecked: boolean;
  readonly signal: AbortSignal;
  /** Told of every challenge for the responder once it is stored, and before the CA is told. */
  readonly onPublished: (challenge: Publication) => void;
  readonly within: Within;
  /** Told of every event once it is stored. */
  readonly onEvents: (issuance: ClaimedIssuance, events: readonly TimelineEvent[]) => void;
  /** Told of an exception that ends the issuance, as it is nobody else's doing. */
  readonly onOwnFault: (error: unknown, issuance: ClaimedIssuance) => void;
}

/** @returns when it goes on; null: it has ended, or is another worker's. @throws the signal's reason when it aborts; the database's errors. The state committed last stands. */
export async function runIssuance(issuance: ClaimedIssuance, tools: IssuanceTools): Promise<Instant | null> {
  const run = new Run(issuance, tools);
  let next: Next = { state: issuance.state };
  while ("state" in next) next = await run.step(next.state);
  return next.goesOnAt;
}

/** The state to go on with, or when that is to be; null: it has ended, or is another worker's. */
type Next = { readonly state: LiveState } | { readonly goesOnAt: Instant | null };

class Run {
  readonly #issuance: ClaimedIssuance;
  readonly #tools: IssuanceTools;
  /** Null until it is first needed. */
  #performer: Performer | null = null;
  #material: KeyMaterial | null = null;
  /** Events of steps that are not committed yet. */
  #events: TimelineEvent[] = [];
  #ledger: LedgerChange[] = [];
  /** Whether the step at hand is stored: what breaks then is only the telling of it. */
  #isStored = false;
  /** Whether the state at hand may have been acted on by another worker. */
  #again = true;

  constructor(issuance: ClaimedIssuance, tools: IssuanceTools) {
    this.#issuance = issuance;
    this.#tools = tools;
  }

  async step(state: LiveState): Promise<Next> {
    const { names, keyType, replaces, profile } = this.#issuance;
    const task = {
      state,
      names,
      keyType,
      replaces,
      profile,
      again: this.#again,
      material: () => this.#openMaterial(),
    };
    const outcome = await this.#tools.within(
      tracedStep(state, this.#again),
      () => this.#perform(task),
      stepEnd,
    );
    const [events, ledger] = [[...this.#events], [...this.#ledger]];
    this.#isStored = false;
    try {
      return await this.#follow(state, outcome);
    } catch (error) {
      this.#tools.signal.throwIfAborted();
      // Once only: where a fault cannot be stored either, what is committed stands, and goes on after the lease.
      if (this.#isStored || isDatabaseError(error) || isOwnFault(outcome)) throw error;
      this.#events = events;
      this.#ledger = ledger;
      return this.#follow(state, this.#broken(error));
    }
  }

  /** Decides what follows from an outcome, and commits it. */
  async #follow(state: LiveState, outcome: Outcome): Promise<Next> {
    const { names, challenge, failuresBefore, failing } = this.#issuance;
    const { clock, life } = this.#tools;
    const now = clock.now();
    const terms = { names, challenge, failuresBefore, givesUpAt: givesUpAt(failing, life.giveUp, now) };
    const decision = advance(state, outcome.input, terms, now);
    assert(decision !== null, `${outcome.input.kind} is no answer to ${state.kind}`);
    this.#events.push(...timelineOf(decision, now));
    this.#ledger.push(...ledgerChanges({ ...this.#issuance, from: state, input: outcome.input, decision }));
    if (outcome.kind === "key") this.#material = outcome.material;
    if (!mustCommit(state, decision, now)) {
      assert(isLive(decision.state));
      return { state: decision.state };
    }
    return this.#commit(decision, outcome, now);
  }

  /** A fault of our own is told like any other. With the database there is nowhere to tell it: what is committed stands, and goes on later. */
  async #perform(task: Task): Promise<Outcome> {
    const { connect, signal } = this.#tools;
    try {
      this.#performer ??= await connect();
      return await this.#performer.perform(task, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isDatabaseError(error)) throw error;
      return this.#broken(error);
    }
  }

  #broken(error: unknown): Outcome {
    this.#tools.onOwnFault(error, this.#issuance);
    const fault = { ...ownFault(error), ...(this.#performer === null ? { unsent: true as const } : {}) };
    return { kind: "told", input: { kind: "fault", fault } };
  }

  #connected(): Performer {
    assert(this.#performer !== null, "an effect has succeeded before");
    return this.#performer;
  }

  async #commit({ state, publish, refusedKey }: Decision, outcome: Outcome, now: Instant): Promise<Next> {
    const { db, lease } = this.#tools;
    const events = this.#events;
    const ledger = this.#ledger;
    this.#events = [];
    this.#ledger = [];
    if (!isLive(state)) {
      await this.#end(state, outcome, { events, ledger, now });
      return { goesOnAt: null };
    }
    const performer = this.#connected();
    const waits = state.wakeAt > now;
    const publications = publish
      .filter(({ type }) => type !== "dns-01")
      .map((challenge) => ({
        ...challenge,
        keyAuthorization: performer.keyAuthorization(challenge.token),
        serverName: challenge.type === "tls-alpn-01" ? performer.serverName(challenge.identifier) : null,
      }));
    const commit: LiveCommit = {
      state,
      publish: publications,
      records: state.kind === "publishing" ? state.records.map((place) => performer.record(place)) : [],
      key: outcome.kind === "key" ? outcome.key : null,
      refusedKey: refusedKey ?? null,
      events,
      ledger,
      now,
      lease: waits ? null : lease,
    };
    const accepted = await this.#stored(state, () => commitStep(db, this.#issuance, commit));
    if (!accepted) return { goesOnAt: null };
    this.#again = false;
    for (const challenge of publications) this.#tools.onPublished(challenge);
    this.#tools.onEvents(this.#issuance, events);
    return waits ? { goesOnAt: state.wakeAt } : { state };
  }

  async #end(
    state: Exclude<Decision["state"], LiveState>,
    outcome: Outcome,
    told: {
      readonly events: readonly TimelineEvent[];
      readonly ledger: readonly LedgerChange[];
      readonly now: Instant;
    },
  ): Promise<void> {
    const { db, onEvents, areChecked } = this.#tools;
    if (state.kind === "abandoned") {
      const { cause, detail, retryAt } = state;
      const commit = { cause, detail, retryAt, areChecked, ofTwin: this.#issuance.isTwin, ...told };
      const failed = failedNames(this.#issuance.names, outcome.input, state);
      const accepted = await this.#stored(state, () => this.#abandon(commit, failed));
      if (accepted) onEvents(this.#issuance, told.events);
      return;
    }
    assert(outcome.kind === "certificate");
    const commit = {
      certificate: outcome.certificate,
      ...(areChecked ? { lookAt: after(told.now, lookEvery) } : {}),
      ...told,
    };
    const accepted = await this.#stored(
      state,
      async () => (await commitIssued(db, this.#issuance, commit)) !== null,
    );
    if (accepted) onEvents(this.#issuance, told.events);
  }

  /** @returns whether what `commit` stores was accepted: the claim is still ours. */
  async #stored({ kind }: IssuanceState, commit: () => Promise<boolean>): Promise<boolean> {
    const accepted = await this.#tools.within(tracedCommit(kind), commit, commitEnd);
    this.#isStored = true;
    return accepted;
  }

  /** What several customers share is split; of one customer's names some may be left out. A twin follows in that. */
  #abandon(commit: AbandonedCommit, failed: readonly string[]): Promise<boolean> {
    const { db, life } = this.#tools;
    const { isPack, isTwin, names } = this.#issuance;
    if (isTwin) return commitAbandoned(db, this.#issuance, commit);
    const split = isPack ? splitPack(names, failed) : null;
    if (split !== null) return commitSplit(db, this.#issuance, { ...commit, split });
    if (isPack || names.length === 1) return commitAbandoned(db, this.#issuance, commit);
    return commitFailed(db, this.#issuance, { ...commit, failed, leaveOutAfter: life.leaveOutAfter });
  }

  async #openMaterial(): Promise<KeyMaterial> {
    const { keySecretId, csr } = this.#issuance;
    if (this.#material === null) {
      assert(keySecretId !== null && csr !== null, "the key is stored before finalize is owed");
      const sealed = await readSecret(this.#tools.db, keySecretId);
      this.#material = this.#connected().openMaterial(sealed, csr);
    }
    return this.#material;
  }
}

const isOwnFault = ({ input }: Outcome): boolean =>
  input.kind === "fault" && input.fault.code === "internal-error";

/** Whether the next state must be durable before anything else happens. */
function mustCommit(from: LiveState, { state, publish }: Decision, now: Instant): boolean {
  if (!isLive(state) || state.wakeAt > now || publish.length > 0) return true;
  return changesOutside(effectOf(from)) || changesOutside(effectOf(state));
}
