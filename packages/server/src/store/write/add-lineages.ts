import type { ChallengeType, DnsName, Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { KeyType } from "../schema/key.ts";

/** What is wanted for one row of a list: a certificate for these names, the primary one first. */
export interface WantedLineage {
  readonly names: readonly [DnsName, ...DnsName[]];
  readonly tenantId: string | null;
}

export interface LineageTerms {
  /** Where it goes unless another takes over. */
  readonly caId: string;
  /** The only CAs that may issue, the preferred one first; null: those of its tenant, or of the pool. */
  readonly caIds: readonly string[] | null;
  readonly edgeGroupId: string;
  readonly keyType: KeyType;
  /** Whether each is to have a twin (twins.ts); null: as its tenant or its edge group has it. */
  readonly paired: boolean | null;
  /** The certificate profile that is wished for; null: what is usual at the CA. */
  readonly profile: string | null;
  /** How its names are to be proven where a choice is; null: as is best. */
  readonly challenge: ChallengeType | null;
  /** The campaign on whose list they are: they are due when their wave begins. null: they are due now. */
  readonly campaignId: string | null;
  /** The span of the request that wants them, as a W3C traceparent; absent or null: nobody told one. */
  readonly askedTrace?: string | null;
}

/** A lineage that holds a name now. */
export interface Holder {
  readonly lineageId: string;
  readonly names: readonly string[];
  readonly tenantId: string | null;
}

const addingLock = 0x61_64_64;

/**
 * Makes every other transaction that adds domains wait until this one ends: from now on nobody else can
 * take a name that was found free. Reads and the worker go on.
 */
export async function holdNames(trx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(addingLock)})`.execute(trx);
}

/** Who holds these names, with all of its names, also those that are left out; a name that is free, removed ones among them, is not in the map. */
export async function findHolders(db: Db, names: readonly string[]): Promise<ReadonlyMap<string, Holder>> {
  const { rows } = await sql<{ name: string; lineage_id: string; names: string[]; tenant_id: string | null }>`
    select domain.name, lineage.id as lineage_id, coalesce(lineage.all_names, lineage.names) as names, lineage.tenant_id
    from domain join lineage on lineage.id = domain.lineage_id
    where domain.name = any(${[...names]}::text[]) and lineage.state <> 'removed'`.execute(db);
  return new Map(
    rows.map((row) => [row.name, { lineageId: row.lineage_id, names: row.names, tenantId: row.tenant_id }]),
  );
}

/**
 * Adds lineages whose names are all free, in one statement however many they are, and wakes the workers for those
 * that are due.
 * Needs `holdNames` and `findHolders` before it in the same transaction. A name that was removed before
 * belongs to its new lineage from now on.
 */
export async function addLineages(
  trx: Db,
  wanted: readonly WantedLineage[],
  terms: LineageTerms,
  now: Instant,
): Promise<void> {
  if (wanted.length === 0) return;
  const at = timestamp(now);
  const {
    caId,
    caIds,
    edgeGroupId,
    keyType,
    paired,
    profile,
    challenge,
    campaignId,
    askedTrace = null,
  } = terms;
  const rows = JSON.stringify(wanted.map(({ names, tenantId }) => ({ names, tenant_id: tenantId })));
  await sql`
    with begun as (
      insert into lineage (tenant_id, ca_id, ca_ids, edge_group_id, names, key_type, paired, profile, challenge, state,
        state_at, wake_at, wanted_at, created_at, campaign_id, held, asked_trace)
      select tenant_id, ${caId}, ${caIds === null ? null : [...caIds]}::bigint[], ${edgeGroupId}, names, ${keyType}, ${paired}, ${profile},
        ${challenge}, 'waiting', ${at},
        ${campaignId === null ? at : null}::timestamptz, ${at}, ${at}, ${campaignId}, ${campaignId !== null}, ${askedTrace}
      from jsonb_to_recordset(${rows}::jsonb) as wanted (names text[], tenant_id bigint)
      returning id, names
    ), named as (
      insert into domain (name, lineage_id, created_at)
      select unnest(names), id, ${at} from begun
      on conflict (name) do update set lineage_id = excluded.lineage_id, created_at = excluded.created_at
    )
    insert into event (at, kind, lineage_id, detail)
    select ${at}, 'domain.added', id, jsonb_build_object('names', names) from begun`.execute(trx);
  if (campaignId === null) await sql`select pg_notify('certmill_work', 'line')`.execute(trx);
}
