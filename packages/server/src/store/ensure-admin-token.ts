import { createHash } from "node:crypto";
import type { Instant } from "@certmill/domain";
import { type Db, timestamp } from "./database.ts";

/** Makes `token` an admin's; one that is known already, even as a revoked one, stays as it is. */
export async function ensureAdminToken(db: Db, token: string, now: Instant): Promise<void> {
  await db
    .insertInto("token")
    .values({
      name: "bootstrap",
      hash: createHash("sha256").update(token).digest(),
      scope: "admin",
      tenant_id: null,
      edge_group_id: null,
      created_at: timestamp(now),
      expires_at: null,
      revoked_at: null,
    })
    .onConflict((conflict) => conflict.column("hash").doNothing())
    .execute();
}
