import {
  admits,
  type BucketName,
  beginProbe,
  type CaForPlanning,
  type CaStatus,
  effectiveLimit,
  type Health,
  healthOf,
  type Instant,
  instant,
  isLimitName,
  isLimitSetName,
  type Limit,
  type LimitOverride,
  type Limits,
  limitSets,
  milliseconds,
  mostInFlightBy,
  type OrderPlanning,
  probeAt,
} from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { homeCaId } from "../home-ca.ts";

interface CaRow {
  id: string;
  home_id: string;
  account_id: string;
  name: string;
  weight: number;
  limit_set: string;
  slow_until: Instant | null;
  health: unknown;
  max_orders_in_flight: number;
  status_hint: CaStatus;
  status_read_at: Instant | null;
  profiles: string[];
  in_flight: string;
  emergencies: string;
}

interface OverrideRow {
  ca_id: string;
  limit_name: string;
  key: string | null;
  burst: number;
  count: number;
  period_ms: string;
  starts_at: Instant;
}

/** A CA as the planner has it; `health` and `slowUntil` change as the ledger's entries are folded in. */
export interface PoolCa {
  readonly id: string;
  readonly name: string;
  readonly limitFor: (bucket: BucketName) => Limit | null;
  health: Health;
  slowUntil: Instant | null;
  touched: boolean;
}

export interface Pool {
  /** When a limit that is set begins to hold; null: none will. */
  readonly nextChangeAt: Instant | null;
  /** For each CA the one that keeps what is counted over all accounts. */
  readonly homes: ReadonlyMap<string, string>;
  readonly find: (caId: string) => PoolCa | undefined;
  readonly all: () => readonly PoolCa[];
  /** As planning sees them now. */
  cas(): readonly CaForPlanning[];
}

/** The CAs that have an account, with their limits as of now. Indexes: `issuance_live_by_ca`, `limit_override_by_ca`. */
export async function readPool(trx: Db, now: Instant): Promise<Pool> {
  const { rows } = await sql<CaRow>`
    select ca.id, ${homeCaId} as home_id, account.id as account_id, ca.name, ca.weight, ca.limit_set, ca.slow_until, ca.health,
      ca.max_orders_in_flight, ca.status_hint, ca.status_read_at, ca.profiles,
      live.in_flight, live.emergencies
    from ca join account on account.ca_id = ca.id,
      lateral (select count(*) as in_flight, count(*) filter (where class = 'emergency') as emergencies
        from issuance where ca_id = ca.id and ended_at is null) live
    order by ca.id`.execute(trx);
  const { rows: overrides } = await sql<OverrideRow>`
    select ca_id, limit_name, key, burst, count, period_ms, starts_at from limit_override order by id`.execute(
    trx,
  );
  const toCome = overrides.filter(({ starts_at }) => starts_at > now).map(({ starts_at }) => starts_at);
  const entries = new Map(rows.map((row) => [row.id, { row, ca: poolCa(row, overrides, now) }]));
  return {
    nextChangeAt: toCome.length === 0 ? null : instant(Math.min(...toCome)),
    homes: new Map(rows.map(({ id, home_id }) => [id, home_id])),
    find: (caId) => entries.get(caId)?.ca,
    all: () => [...entries.values()].map(({ ca }) => ca),
    cas: () => [...entries.values()].map(({ row, ca }) => forPlanning(row, ca, now)),
  };
}

function poolCa(row: CaRow, rows: readonly OverrideRow[], now: Instant): PoolCa {
  const builtIn: Limits = isLimitSetName(row.limit_set) ? limitSets[row.limit_set].limits : {};
  const overrides = rows.filter(({ ca_id }) => ca_id === row.id).flatMap(overrideOf);
  return {
    id: row.id,
    name: row.name,
    limitFor: ({ limit, key }) => effectiveLimit({ builtIn, overrides, limit, key, now }),
    health: healthOf(row.health),
    slowUntil: row.slow_until,
    touched: false,
  };
}

function overrideOf(row: OverrideRow): LimitOverride[] {
  const { limit_name: limit, key, burst, count, period_ms: period, starts_at: startsAt } = row;
  if (!isLimitName(limit)) return [];
  return [{ limit, key, rule: { burst, count, period: milliseconds(Number(period)) }, startsAt }];
}

function forPlanning(row: CaRow, ca: PoolCa, now: Instant): CaForPlanning {
  return {
    id: row.id,
    homeId: row.home_id,
    accountId: row.account_id,
    weight: row.weight,
    inFlight: Number(row.in_flight),
    emergenciesInFlight: Number(row.emergencies),
    mostInFlight: mostInFlight(row, now),
    admission: admissionOf(ca, now),
    limitFor: ca.limitFor,
    exemptsRenewals: isLimitSetName(row.limit_set) && limitSets[row.limit_set].exemptsRenewals,
    profiles: row.profiles,
  };
}

function mostInFlight(row: CaRow, now: Instant): number {
  const { status_hint: status, status_read_at: readAt, max_orders_in_flight: most } = row;
  return readAt === null ? most : mostInFlightBy({ status, readAt }, most, now);
}

function admissionOf({ health, slowUntil }: PoolCa, now: Instant): CaForPlanning["admission"] {
  if (slowUntil !== null && slowUntil > now) return { kind: "none", until: slowUntil };
  const admitted = admits(health, now);
  if (admitted !== "none") return { kind: admitted };
  const at = probeAt(health);
  return { kind: "none", until: at === null ? null : instant(Math.max(at, now + 1)) };
}

export async function saveState(trx: Db, { id, health, slowUntil }: PoolCa): Promise<void> {
  await trx
    .updateTable("ca")
    .set({ health: JSON.stringify(health), slow_until: slowUntil === null ? null : timestamp(slowUntil) })
    .where("id", "=", id)
    .execute();
}

/** What was planned for a CA whose breaker is open tries it out; nothing else goes there until that has ended. */
export async function noteProbes(
  trx: Db,
  { pool, planning, now }: { readonly pool: Pool; readonly planning: OrderPlanning; readonly now: Instant },
): Promise<void> {
  for (const caId of planning.probed()) {
    const ca = pool.find(caId);
    if (ca === undefined) continue;
    ca.health = beginProbe(ca.health, now);
    await saveState(trx, ca);
  }
}
