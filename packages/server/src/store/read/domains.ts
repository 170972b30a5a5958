import type { ChallengeType, ComparedFinding, DomainState, Instant, LiveState } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import type { Db } from "../database.ts";
import type { CampaignState } from "../schema/campaign.ts";
import type { KeyType } from "../schema/key.ts";
import { isPaired, withTwins } from "../twins.ts";
import { wishedChallenge } from "../wished-challenge.ts";
import { namesOfCas } from "./cas.ts";
import { type HeldRow, heldColumns, heldTables } from "./held-row.ts";
import { shownState } from "./shown-state.ts";

/** A domain with its lineage, that one's current certificate and live issuance. */
export interface DomainRow extends HeldRow {
  readonly name: string;
  readonly lineage_id: string;
  readonly names: string[];
  readonly state: DomainState;
  /** Since when it is in the state that is kept. */
  readonly state_at: Instant;
  readonly created_at: Instant;
  /** Who paused it, for people; null: nobody did. */
  readonly paused_by: string | null;
  /** Since when it is paused, given up, moved or removed; null: it is none of these. */
  readonly rests_since: Instant | null;
  /** When a moved one is removed; null: it is not moved. */
  readonly leaves_at: Instant | null;
  /** Those it is to have a certificate for, while some are left out of `names`; null: none is. */
  readonly all_names: string[] | null;
  readonly tenant: string | null;
  readonly ca: string;
  /** The only ones that it may have, the preferred one first; null: those of its tenant, or of the pool. */
  readonly cas: string[] | null;
  readonly edge_group: string;
  readonly key_type: KeyType;
  /** Whether it has, or is to have, an RSA certificate beside it. */
  readonly is_paired: boolean;
  readonly profile: string | null;
  readonly challenge: ChallengeType | null;
  readonly wake_at: Instant | null;
  readonly failure_code: string | null;
  readonly failure_detail: string | null;
  /** Null: none is live. */
  readonly issuance: LiveState | null;
  /** The campaign that enrols it; null: none, or it has its certificate from it. */
  readonly campaign: string | null;
  readonly campaign_state: CampaignState | null;
  /** The campaign's wave that is under way. */
  readonly campaign_wave: number | null;
  /** Whether it is of a wave to come. */
  readonly held: boolean;
  /** Since when it has been in line; null: it is not. */
  readonly queued_at: Instant | null;
  /** Until when it waits there for a limit of its own, and for which; null: for its turn only. */
  readonly parked_until: Instant | null;
  readonly parked_for: string | null;
  /** The last check of its names; null: there was none. */
  readonly checked_at: Instant | null;
  /** When the next is due; null: none is. */
  readonly check_at: Instant | null;
  /** Whether its first order waits for that. */
  readonly holds_order: boolean | null;
  readonly findings: readonly ComparedFinding[] | null;
  /** When the first of the checks was that have failed in a row; null: the last did not. */
  readonly wrong_since: Instant | null;
}

const selectDomains = sql`
  select domain.name, lineage.id as lineage_id, lineage.names, ${shownState} as state, lineage.state_at,
    lineage.created_at, lineage.paused_by, lineage.rests_since,
    lineage.leaves_at, lineage.all_names, tenant.name as tenant,
    ca.name as ca, ${namesOfCas(sql`lineage.ca_ids`)} as cas, edge_group.name as edge_group, lineage.key_type, ${isPaired} as is_paired, lineage.profile, ${wishedChallenge} as challenge, lineage.wake_at,
    lineage.failure_code, lineage.failure_detail, issuance.state as issuance,
    ${heldColumns},
    campaign.name as campaign, campaign.state as campaign_state, campaign.wave as campaign_wave, lineage.held,
    queue.queued_at, queue.parked_until, queue.parked_for,
    lineage_check.checked_at, lineage_check.wake_at as check_at, lineage_check.findings,
    lineage_check.failing_since as wrong_since, lineage_check.holds_order
  from domain
    join lineage on lineage.id = domain.lineage_id
    join ca on ca.id = lineage.ca_id
    join edge_group on edge_group.id = lineage.edge_group_id
    left join tenant on tenant.id = lineage.tenant_id
    ${heldTables}
    left join campaign on campaign.id = lineage.campaign_id and lineage.certificate_id is null
    left join queue on queue.lineage_id = lineage.id
    left join lineage_check on lineage_check.lineage_id = lineage.id
    left join issuance on issuance.lineage_id = lineage.id and issuance.ended_at is null`;

const ofTenant = (tenantId: string | null): RawBuilder<unknown> =>
  tenantId === null ? sql`true` : sql`lineage.tenant_id = ${tenantId}`;

/** @param tenantId only when it is this tenant's; null: whosever it is. */
export async function findDomain(db: Db, name: string, tenantId: string | null): Promise<DomainRow | null> {
  const { rows } = await sql<DomainRow>`
    ${selectDomains} where domain.name = ${name} and ${ofTenant(tenantId)}`.execute(db);
  return rows[0] ?? null;
}

/** By their names, in no order. */
export async function findDomains(db: Db, names: readonly string[]): Promise<DomainRow[]> {
  const { rows } = await sql<DomainRow>`
    ${selectDomains} where domain.name = any(${[...names]}::text[])`.execute(db);
  return rows;
}

export interface DeliveryRow {
  readonly edge: string;
  readonly certificate_id: string;
  /** Whether it is of the RSA certificate of a pair. */
  readonly of_twin: boolean;
  readonly received_at: Instant;
  readonly error: string | null;
}

/** The newest receipt of each edge for each of the domain's certificates. Index: `delivery_by_lineage`. */
export async function listDeliveries(db: Db, lineageId: string): Promise<DeliveryRow[]> {
  return db
    .selectFrom("delivery")
    .innerJoin("edge", "edge.id", "delivery.edge_id")
    .select(["edge.name as edge", "delivery.certificate_id", "delivery.received_at", "delivery.error"])
    .select(sql<boolean>`delivery.lineage_id <> ${lineageId}`.as("of_twin"))
    .where(sql<boolean>`delivery.lineage_id = ${withTwins(lineageId)}`)
    .orderBy("edge.name")
    .orderBy("delivery.lineage_id")
    .execute();
}
