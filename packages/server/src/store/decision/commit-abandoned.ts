/**
 * The transaction of a decision by which an issuance ends without a certificate. It takes the issuance, then its lineage; a removal
 * may have the lineage and wait for the issuance, hence the retries.
 */
import {
  type FailureCode,
  failures,
  type Instant,
  type LedgerChange,
  type SplitPack,
} from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import type { ClaimedIssuance } from "../claim-issuances.ts";
import { type Db, timestamp } from "../database.ts";
import { endKeys } from "../key/key-ends.ts";
import { becomesState, stateAfter, unlessPaused, wakesUnlessPaused } from "../life-sql.ts";
import { retryDeadlock } from "../retry-deadlock.ts";
import type { LineageState } from "../schema/lineage.ts";
import { unpublish } from "../unpublish.ts";
import { leaveOutNames } from "../write/leave-out-names.ts";
import { splitLineage } from "../write/split-lineage.ts";
import { type Claim, held, isAccepted } from "./claim.ts";
import { noteLedger } from "./note-ledger.ts";
import { type TimelineEvent, tellEvents } from "./tell-events.ts";

export interface AbandonedCommit {
  readonly cause: FailureCode;
  readonly detail: string;
  readonly retryAt: Instant | null;
  /** Whether names are checked; absent: they are not. */
  readonly areChecked?: boolean;
  /** Whether it is a twin's (twins.ts); absent: it is not. */
  readonly ofTwin?: boolean;
  readonly events: readonly TimelineEvent[];
  readonly ledger: readonly LedgerChange[];
  readonly now: Instant;
}

/** With these an order that was never made says nothing of its names: it is no failure of theirs. */
const sayNothing: ReadonlySet<FailureCode> = new Set([
  "rate-limited",
  "ca-busy",
  "ca-unreachable",
  "request-pace",
  "ca-error",
]);

/** With these the CA says that it will not issue for the names, whoever asks: another may. */
const refusesNames: ReadonlySet<FailureCode> = new Set(["caa", "name-rejected", "name-paused"]);

/**
 * Ends an issuance without a certificate. The lineage keeps what it has and tries again at `retryAt`
 * (null: it is given up), or at another CA at once where this one will not issue for its names.
 *
 * @returns false when the claim is no longer ours; nothing was stored.
 */
export async function commitAbandoned(db: Db, claim: Claim, commit: AbandonedCommit): Promise<boolean> {
  const query = abandon(claim, commit);
  const { rows } = await retryDeadlock(() => query.execute(db));
  return isAccepted(rows);
}

/** The same where several share the certificate: those that failed go on by themselves, the rest without them. */
export async function commitSplit(
  db: Db,
  claim: Claim & Pick<ClaimedIssuance, "lineageId">,
  commit: AbandonedCommit & { readonly split: SplitPack },
): Promise<boolean> {
  return retryDeadlock(() =>
    db.transaction().execute(async (trx) => {
      const { rows } = await abandon(claim, commit).execute(trx);
      if (!isAccepted(rows)) return false;
      if (isOutdated(rows)) return true;
      await splitLineage(trx, claim.lineageId, commit.split, commit.now);
      return true;
    }),
  );
}

/** The same where some names may be left out from now on, for which the others have waited long enough. */
export async function commitFailed(
  db: Db,
  claim: Claim & Pick<ClaimedIssuance, "lineageId">,
  commit: AbandonedCommit & { readonly failed: readonly string[]; readonly leaveOutAfter: number },
): Promise<boolean> {
  return retryDeadlock(() =>
    db.transaction().execute(async (trx) => {
      const { rows } = await abandon(claim, commit).execute(trx);
      if (!isAccepted(rows)) return false;
      if (isOutdated(rows)) return true;
      await leaveOutNames(trx, claim.lineageId, commit);
      return true;
    }),
  );
}

const isOutdated = (rows: readonly Abandoned[]): boolean => rows[0]?.outdated === true;

interface Abandoned {
  readonly accepted: boolean;
  /** Whether its lineage has other names by now: what failed says nothing of them, and the next order follows at once. */
  readonly outdated: boolean;
}

function abandon(claim: Claim, commit: AbandonedCommit): RawBuilder<Abandoned> {
  const { cause, detail, retryAt, events, ledger, now } = commit;
  const willNot = refusesNames.has(cause);
  const wakeAt = retryAt === null ? null : timestamp(retryAt);
  const state = JSON.stringify({ kind: "abandoned", cause, detail, retryAt });
  const rest = restOf(commit);
  const told = rest === null ? events : [...events, rest.told];
  const unmended = failures[cause].party === "customer";
  return sql<Abandoned>`
    with moved as (
      update issuance set state_kind = 'abandoned', state = ${state}::jsonb, wake_at = null,
        ended_at = ${timestamp(now)}, failure_code = ${cause}, failure_detail = ${detail}
      where ${held(claim)} returning id, lineage_id, ca_id, names, order_url, key_secret_id
    ), refused as (
      select moved.id, moved.lineage_id, moved.ca_id, exists (
        select 1 from ca join account on account.ca_id = ca.id
        where ca.id <> moved.ca_id and ca.id <> all(lineage.avoid_ca_ids)
          and coalesce(ca.id = any(coalesce(lineage.ca_ids, tenant.ca_ids)), ca.weight > 0)
      ) as has_another
      from moved join lineage on lineage.id = moved.lineage_id left join tenant on tenant.id = lineage.tenant_id
      where ${willNot}
    ), rested as (
      update lineage set ${becomesState(unlessPaused(stateAfterFailure(rest?.event ?? null)), now)},
        unmended_since = case when ${unmended} then coalesce(unmended_since, ${timestamp(now)}) else unmended_since end,
        failures = failures + case when ${sayNothing.has(cause)} and moved.order_url is null then 0 else 1 end, failure_code = ${cause}, failure_detail = ${detail},
        failing_since = coalesce(failing_since, ${timestamp(now)}),
        avoid_ca_ids = case when refused.id is null then avoid_ca_ids else array_append(avoid_ca_ids, refused.ca_id) end,
        wake_at = ${wakesUnlessPaused(sql`case when refused.has_another or lineage.names <> moved.names then ${timestamp(now)}::timestamptz else ${wakeAt}::timestamptz end`)}
      from moved left join refused on refused.id = moved.id where lineage.id = moved.lineage_id
      returning lineage.names <> moved.names as is_outdated
    ), ${unpublish("moved", now)}, ${endKeys(sql`select key_secret_id from moved`, now)}, ${checkAgain(commit)}, ${noteLedger(claim, ledger, now)}, ${tellEvents(told, rest === null ? null : { kind: rest.told.kind, when: hasAnother })}
    select exists (select 1 from moved) as accepted, coalesce((select is_outdated from rested), false) as outdated,
      (select count(pg_notify('certmill_work', 'checks')) from checking)`;
}

/** Needs a preceding `refused`. */
const hasAnother = sql<boolean>`exists (select 1 from refused where has_another)`;

const stateAfterFailure = (event: "paused-by-ca" | "gave-up" | null): RawBuilder<LineageState> =>
  event === null
    ? stateAfter("attempt-failed")
    : sql`case when ${hasAnother} then ${stateAfter("attempt-failed")} else ${stateAfter(event)} end`;

/** Where no further try is made by itself, unless another CA may have it: null: one is. */
function restOf({ cause, detail, retryAt, ofTwin = false, now }: AbandonedCommit) {
  if (retryAt !== null) return null;
  const event = cause === "name-paused" ? "paused-by-ca" : "gave-up";
  const kind = ofTwin ? "pair.given-up" : event === "paused-by-ca" ? "domain.paused" : "domain.given-up";
  return { event, told: { at: now, kind, took: null, detail: { code: cause, detail } } } as const;
}
/** Needs a preceding `moved`. What the customer has to put right is checked now, and from then on until it is right. */
const checkAgain = ({ areChecked, ofTwin, cause, now }: AbandonedCommit): RawBuilder<unknown> =>
  areChecked !== true || ofTwin === true || failures[cause].party !== "customer"
    ? sql`checking as (select null where false)`
    : sql`checking as (
        insert into lineage_check (lineage_id, wake_at, rank) select lineage_id, ${timestamp(now)}, 0 from moved
        on conflict (lineage_id) do update set wake_at = excluded.wake_at, rank = 0, holds_order = false
        returning lineage_id
      )`;
