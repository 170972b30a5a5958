/**
 * Looks into Vault for those who are about to order their first certificate, as long as the process runs. What is there and good is taken
 * over; everybody else goes on, whatever has become of Vault.
 */
import type { Duration, Instant } from "@certmill/domain";
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
import { doDueWork } from "./due-work.ts";
import type { Rounds } from "./rounds.ts";
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

/** What runs when it stops is cut off and given back: another process looks. */
export function watchVault(options: VaultWatchOptions): Rounds {
  const { db, clock, onError, concurrency, lease, pollEvery } = options;
  const note = standingNotes(options);
  return doDueWork({
    clock,
    concurrency,
    pollEvery,
    claim: (limit) => claimLooks(db, { limit, lease, now: clock.now() }),
    nextAt: () => nextLookAt(db),
    work: async (claimed, signal) => {
      try {
        await look(claimed, { ...options, note, signal });
      } catch (error) {
        // A fault of ours keeps nobody from a certificate. With the database away the lease ends it.
        if (!signal.aborted)
          await letOrder(db, { ...claimed, refused: null, now: clock.now() }).catch(onError);
        throw error;
      }
    },
    giveBack: (claimed) => releaseLook(db, { ...claimed, now: clock.now() }),
    noMore: "Vault is looked into no more.",
    onError,
  });
}

type Note = (finding: VaultFinding) => Promise<void>;

async function look(
  claimed: ClaimedLook,
  {
    db,
    clock,
    find,
    takeOver,
    onLooked,
    note,
    signal,
  }: VaultWatchOptions & { readonly note: Note; readonly signal: AbortSignal },
): Promise<void> {
  const finding = await find(claimed, signal);
  await note(finding);
  const outcome = finding.kind === "found" ? await takeOver(claimed, finding) : finding;
  const refused = outcome.kind === "refused" ? refusedEntry(outcome) : null;
  if (outcome.kind !== "taken") await letOrder(db, { ...claimed, refused, now: clock.now() });
  onLooked(claimed, outcome);
}

/** Whether Vault answers is stored and told when it changes, by whichever process notes it first. */
function standingNotes({ db, clock, onAway }: VaultWatchOptions): Note {
  /** Null: nobody here has asked. */
  let answers: boolean | null = null;
  return async (finding) => {
    if (finding.kind === "spared") return;
    const before = answers;
    answers = finding.kind !== "away";
    if (finding.kind !== "away") {
      if (before !== true) await noteVaultBack(db, clock.now());
    } else if (before !== false && (await noteVaultAway(db, finding.reason, clock.now()))) {
      onAway(finding.reason);
    }
  };
}

const refusedEntry = ({ place, code, reason }: RefusedEntry): RefusedEntry => ({ place, code, reason });
