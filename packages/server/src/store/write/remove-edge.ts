import type { Instant } from "@certmill/domain";
import type { Db } from "../database.ts";
import { tellOfEdge } from "./join-tokens.ts";
import { settleServed } from "./settle-served.ts";

export interface RemovedEdge {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  /** Whether it had a key of its own, which is good for nothing now. */
  readonly had_key: boolean;
}

/**
 * Forgets an edge, its key and what it has said. From its next request on its key is refused; one that comes with a bearer
 * token of its group is an edge again as soon as it comes.
 *
 * @returns null: there is none of this id.
 */
export async function removeEdge(db: Db, id: string, now: Instant): Promise<RemovedEdge | null> {
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .deleteFrom("edge")
      .using("edge_group")
      .whereRef("edge_group.id", "=", "edge.edge_group_id")
      .where("edge.id", "=", id)
      .returning([
        "edge.id",
        "edge.edge_group_id",
        "edge.name",
        "edge_group.name as group",
        "edge.public_key",
      ])
      .executeTakeFirst();
    if (row === undefined) return null;
    const { public_key, edge_group_id: edgeGroupId, ...edge } = row;
    await tellOfEdge(trx, "edge.removed", { name: edge.name, edgeGroup: edge.group, edgeId: id }, now);
    await settleServed(trx, { edgeGroupId, now });
    return { ...edge, had_key: public_key !== null };
  });
}
