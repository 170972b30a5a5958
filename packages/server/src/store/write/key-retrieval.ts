import type { Instant } from "@certmill/domain";
import { type Db, timestamp } from "../database.ts";

/** Writes down that a private key was handed out, before it is. */
export async function recordKeyRetrieval(
  db: Db,
  retrieval: {
    readonly lineageId: string;
    readonly certificateId: string;
    /** The token that asked, by its name. */
    readonly token: string;
    /** The edge it said it is; null: it did not say, or is none. */
    readonly edge: string | null;
    readonly now: Instant;
  },
): Promise<void> {
  const { lineageId, certificateId, token, edge, now } = retrieval;
  await db
    .insertInto("event")
    .values({
      at: timestamp(now),
      kind: "key.retrieved",
      lineage_id: lineageId,
      issuance_id: null,
      edge_group_id: null,
      detail: JSON.stringify({ certificateId, token, edge }),
    })
    .execute();
}
