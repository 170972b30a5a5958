/** The root span of a traced issuance is told when it has ended, whoever ended it and whatever became of the process that did. */
import type { Instant, WorkClass } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { KeyType } from "../schema/key.ts";

/** An issuance that has ended, as its root span tells it. */
export interface EndedTrace {
  /** The root span, as a W3C traceparent. */
  readonly trace: string;
  /** The span of the request that asked for it, as a W3C traceparent; null: nobody told one. */
  readonly link: string | null;
  readonly issuanceId: string;
  readonly lineageId: string;
  readonly names: readonly string[];
  readonly caName: string;
  readonly workClass: WorkClass;
  readonly keyType: KeyType;
  /** `cancelled`: from outside, as when its domain is removed. */
  readonly end: "issued" | "abandoned" | "cancelled";
  /** Null: it did not fail. */
  readonly failureCode: string | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** How often a worker took it up. */
  readonly claims: number;
}

interface Row {
  trace: string;
  trace_link: string | null;
  id: string;
  lineage_id: string;
  names: string[];
  ca_name: string;
  class: WorkClass;
  key_type: KeyType;
  state_kind: EndedTrace["end"];
  failure_code: string | null;
  started_at: Instant;
  ended_at: Instant;
  fence: string;
}

/**
 * Takes up to `limit` ended issuances whose root span is still to be told: each goes to one process, once. Index:
 * `issuance_trace_owed`.
 */
export async function takeEndedTraces(db: Db, limit: number): Promise<EndedTrace[]> {
  const { rows } = await sql<Row>`
    with owed as materialized (
      select id from issuance where trace_owed and ended_at is not null
      order by ended_at limit ${limit} for update skip locked
    )
    update issuance set trace_owed = false
    from owed, ca
    where issuance.id = owed.id and ca.id = issuance.ca_id
    returning trace, trace_link, issuance.id, lineage_id, names, ca.name as ca_name, class, key_type, state_kind,
      failure_code, started_at, ended_at, fence`.execute(db);
  return rows.map((row) => ({
    trace: row.trace,
    link: row.trace_link,
    issuanceId: row.id,
    lineageId: row.lineage_id,
    names: row.names,
    caName: row.ca_name,
    workClass: row.class,
    keyType: row.key_type,
    end: row.state_kind,
    failureCode: row.failure_code,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    claims: Number(row.fence),
  }));
}
