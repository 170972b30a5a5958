/** What the CA has answered goes with a decision: to the ledger, which the planner folds in. */
import type { Instant, LedgerChange } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { timestamp } from "../database.ts";
import type { Claim } from "./claim.ts";

/** Needs a preceding `moved (id, …)`. */
export const noteLedger = (
  claim: Claim,
  ledger: readonly LedgerChange[],
  now: Instant,
): RawBuilder<unknown> =>
  ledger.length === 0
    ? sql`noted as (select null where false)`
    : sql`noted as (
        insert into ledger_entry (ca_id, issuance_id, at, change)
        select ${claim.caId}, moved.id, ${timestamp(now)}, change
        from moved, jsonb_array_elements(${JSON.stringify(ledger)}::jsonb) as change
      )`;
