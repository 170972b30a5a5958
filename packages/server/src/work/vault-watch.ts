/**
 * Looks into Vault for those who are about to order their first certificate, as long as the process runs. What is there and good is taken
 * over; everybody else goes on, whatever has become of Vault.
 */
import { type Duration, type Instant, milliseconds } from "@certmill/domain";
import type { FindInVault, FoundInVault, VaultFinding } from "../effects/find-in-vault.ts";
import {
  type ClaimedLook,
  claimLooks,
  letOrder,
  nextLookAt,
  noteVaultAway,
  noteVaultBack,
  type RefusedEntry,
  releaseLook,
} from "../store/vault-looks.ts";
import { Rounds } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";

/** What became of an entry that seemed to be good. */
export type TakenOver =
  | { readonly kind: "taken"; readonly renewAt: Instant }
  | ({ readonly kind: "refused" } & RefusedEntry)
  /** It is wanted no more. */
  | { readonly kind: "stale" };

/** Makes it the certificate of its lineage, as an import does. */
export type TakeOver = (look: ClaimedLook, found: FoundInVault) => Promise<TakenOver>;

export type LookOutcome = TakenOver | Exclude<VaultFinding, FoundInVault>;

export interface VaultWatchOptions extends WatchBase {
  readonly find: FindInVault;
  readonly takeOver: TakeOver;
  /** Looks side by side in this process. */
  readonly concurrency: number;
  /** Well over what a look takes at most. */
  readonly lease: Duration;
  /** Without a notification the database is asked this often. */
  readonly pollEvery: Duration;
  readonly onLooked: (look: ClaimedLook, outcome: LookOutcome) => void;
  /** Told once that Vault does not answer, whoever of the processes notes it. */
  readonly onAway: (reason: string) => void;
}

export class VaultWatch {
  readonly #options: VaultWatchOptions;
  readonly #rounds: Rounds;
  /** Whether Vault answered the last time it was asked; null: nobody here has asked. */
  #answers: boolean | null = null;

  constructor(options: VaultWatchOptions) {
    this.#options = options;
    this.#rounds = new Rounds({
      clock: options.clock,
      round: (rounds) => this.#round(rounds),
      shortestWait: 20,
      afterError: 1_000,
      noMore: "Vault is looked into no more.",
      onError: options.onError,
    });
  }

  /** Something may be due. */
  wake(): void {
    this.#rounds.wake();
  }

  /** What runs is cut off and given back: another process looks. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
  }

  /** @returns how long to wait for the next round, in milliseconds. */
  async #round(rounds: Rounds): Promise<number> {
    const { db, clock, concurrency, lease, pollEvery } = this.#options;
    const free = concurrency - rounds.underway;
    if (free <= 0) return pollEvery;
    const claimed = await claimLooks(db, { limit: free, lease, now: clock.now() });
    for (const look of claimed) rounds.begin(this.#look(look, rounds.signal));
    if (claimed.length === free) return pollEvery;
    const next = await nextLookAt(db);
    return next === null ? pollEvery : Math.min(milliseconds(next - clock.now()), pollEvery);
  }

  async #look(look: ClaimedLook, signal: AbortSignal): Promise<void> {
    const { db, clock, find, takeOver, onLooked, onError } = this.#options;
    try {
      const finding = await find(look, signal);
      await this.#note(finding);
      const outcome = finding.kind === "found" ? await takeOver(look, finding) : finding;
      const refused = outcome.kind === "refused" ? refusedEntry(outcome) : null;
      if (outcome.kind !== "taken") await letOrder(db, { ...look, refused, now: clock.now() });
      onLooked(look, outcome);
    } catch (error) {
      const now = clock.now();
      if (signal.aborted) return await releaseLook(db, { ...look, now }).catch(onError);
      onError(error);
      // A fault of ours keeps nobody from a certificate. With the database away the lease ends it.
      await letOrder(db, { ...look, refused: null, now }).catch(onError);
    }
  }

  /** Told when it changes, by whoever notes it first. */
  async #note(finding: VaultFinding): Promise<void> {
    const { db, clock, onAway } = this.#options;
    if (finding.kind === "spared") return;
    const before = this.#answers;
    this.#answers = finding.kind !== "away";
    if (finding.kind !== "away") {
      if (before !== true) await noteVaultBack(db, clock.now());
    } else if (before !== false && (await noteVaultAway(db, finding.reason, clock.now()))) {
      onAway(finding.reason);
    }
  }
}

const refusedEntry = ({ place, code, reason }: RefusedEntry): RefusedEntry => ({ place, code, reason });
