/**
 * What every commit of a decision carries. It is one statement, refused as a whole when another worker has claimed the
 * issuance since (the fence), or when it was ended from outside.
 */
import { type RawBuilder, sql } from "kysely";
import type { ClaimedIssuance } from "../claim-issuances.ts";

export type Claim = Pick<ClaimedIssuance, "id" | "fence" | "caId">;

/** Of the row of an issuance: it is still this claim's. */
export const held = (claim: Claim): RawBuilder<unknown> =>
  sql`id = ${claim.id} and fence = ${claim.fence} and ended_at is null`;

export const isAccepted = (rows: readonly { accepted: boolean }[]): boolean => rows[0]?.accepted === true;
