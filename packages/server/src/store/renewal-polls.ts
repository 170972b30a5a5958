/**
 * The certificates whose renewal information is asked for, by due time. The lease's end is the fence: a process that
 * comes late finds another instant in its place, and stores nothing.
 */
import type { Instant, KnownWindow, Validity } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "./database.ts";
import { retryDeadlock } from "./retry-deadlock.ts";

export interface ClaimedPoll {
  readonly lineageId: string;
  readonly certificateId: string;
  readonly caId: string;
  /** null: to be read from the chain. */
  readonly ariId: string | null;
  readonly validity: Validity;
  /** What was told last; null: nothing yet. */
  readonly known: KnownWindow | null;
  readonly explanationUrl: string | null;
  /** The CA's name for what it told last; null: it gave none, or has told nothing. */
  readonly etag: string | null;
  /** Times in a row that the CA was in trouble. */
  readonly failures: number;
}

interface Row {
  lineage_id: string;
  certificate_id: string;
  ca_id: string;
  ari_id: string | null;
  not_before: Instant;
  not_after: Instant;
  window_start: Instant | null;
  window_end: Instant | null;
  explanation_url: string | null;
  etag: string | null;
  urgent: boolean;
  failures: number;
}

/** Takes up to `limit` that are due; a row being taken elsewhere is skipped. Index: `renewal_due`. */
export async function claimPolls(
  db: Db,
  request: { readonly limit: number; readonly leaseEnd: Instant; readonly now: Instant },
): Promise<readonly ClaimedPoll[]> {
  const { limit, leaseEnd, now } = request;
  const { rows } = await sql<Row>`
    with due as materialized (
      select lineage_id from renewal where poll_at <= ${timestamp(now)}
      order by poll_at limit ${limit} for update skip locked
    )
    update renewal set poll_at = ${timestamp(leaseEnd)} from due where renewal.lineage_id = due.lineage_id
    returning renewal.lineage_id, certificate_id, ca_id, ari_id, not_before, not_after, window_start, window_end,
      explanation_url, etag, urgent, failures`.execute(db);
  return rows.map((row) => ({
    lineageId: row.lineage_id,
    certificateId: row.certificate_id,
    caId: row.ca_id,
    ariId: row.ari_id,
    validity: { notBefore: row.not_before, notAfter: row.not_after },
    known: knownOf(row),
    explanationUrl: row.explanation_url,
    etag: row.etag,
    failures: row.failures,
  }));
}

const knownOf = ({ window_start: start, window_end: end, urgent }: Row): KnownWindow | null =>
  start === null || end === null ? null : { window: { start, end }, urgent };

/** What the operator should know of a CA's certificates: it has moved their renewal. */
export interface RenewalNews {
  readonly caId: string;
  readonly moved: number;
  /** Of these: so many should have been renewed already. */
  readonly urgent: number;
  /** The CA's page that says why; null: it names none. */
  readonly explanationUrl: string | null;
}

/** What a poll has told of a certificate. */
export interface PollResult {
  readonly lineageId: string;
  readonly certificateId: string;
  readonly ariId: string | null;
  readonly known: KnownWindow | null;
  readonly explanationUrl: string | null;
  readonly etag: string | null;
  readonly failures: number;
  /** When it is asked for again; null: never. */
  readonly pollAt: Instant | null;
  /** When its successor is to be ordered; null: as it was. */
  readonly renewAt: Instant | null;
  /** What the timeline tells of it; null: nothing new. */
  readonly event: Readonly<Record<string, unknown>> | null;
}

/**
 * Stores them, and moves renewals. One that has failed keeps to its own time of trying again (RFC 9773 section 4.2:
 * "subject to the client's existing error backoff"), one that is under way or due goes on; one that waits in line and
 * has become urgent joins it anew, with its new class.
 */
export async function storePolls(
  db: Db,
  results: readonly PollResult[],
  { leaseEnd, now }: { readonly leaseEnd: Instant; readonly now: Instant },
): Promise<void> {
  const at = timestamp(now);
  const query = sql`
    with told as (
      select * from jsonb_to_recordset(${JSON.stringify(results.map(rowOf))}::jsonb) as told (
        lineage_id bigint, certificate_id bigint, ari_id text, window_start timestamptz, window_end timestamptz,
        explanation_url text, etag text, urgent boolean, failures integer, poll_at timestamptz, renew_at timestamptz, event jsonb)
    ), stored as (
      update renewal set ari_id = told.ari_id, window_start = told.window_start, window_end = told.window_end,
        explanation_url = told.explanation_url, etag = told.etag, urgent = told.urgent, failures = told.failures,
        poll_at = told.poll_at
      from told
      where renewal.lineage_id = told.lineage_id and renewal.certificate_id = told.certificate_id
        and renewal.poll_at = ${timestamp(leaseEnd)}
      returning told.lineage_id, told.certificate_id, told.urgent, told.renew_at, told.event
    ), moved as (
      update lineage set wake_at = stored.renew_at, wanted_at = stored.renew_at
      from stored
      where lineage.id = stored.lineage_id and stored.renew_at is not null
        and lineage.certificate_id = stored.certificate_id and lineage.state = 'active' and lineage.failures = 0
        and case when stored.urgent then lineage.wake_at > ${at} or exists (select 1 from queue where lineage_id = lineage.id)
          else lineage.wake_at > ${at} end
    )
    insert into event (at, kind, lineage_id, detail)
    select ${at}, 'renewal.moved', lineage_id, event from stored where event is not null`;
  await retryDeadlock(() => query.execute(db));
}

const rowOf = (result: PollResult): object => ({
  lineage_id: result.lineageId,
  certificate_id: result.certificateId,
  ari_id: result.ariId,
  window_start: textOf(result.known?.window.start ?? null),
  window_end: textOf(result.known?.window.end ?? null),
  explanation_url: result.explanationUrl,
  etag: result.etag,
  urgent: result.known?.urgent ?? false,
  failures: result.failures,
  poll_at: textOf(result.pollAt),
  renew_at: textOf(result.renewAt),
  event: result.event,
});

const textOf = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString());

/** Chains as they are stored, by certificate. */
export async function readChains(
  db: Db,
  certificateIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (certificateIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("certificate")
    .select(["id", "chain_pem"])
    .where("id", "in", certificateIds)
    .execute();
  return new Map(rows.map(({ id, chain_pem }) => [id, chain_pem]));
}
