import type { ChallengeType } from "@certmill/domain";
import { sql } from "kysely";

/** How a lineage's names are to be proven: as its domain says, else its edge group; null: as is best. Needs `lineage` in scope. */
export const wishedChallenge = sql<ChallengeType | null>`
  coalesce(lineage.challenge, (select wished.challenge from edge_group wished where wished.id = lineage.edge_group_id))`;
