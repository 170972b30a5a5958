/** The lives of a year's domains, from the database that it was run on. */
import { type FailureCode, failureCodes, type Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../../packages/server/src/store/database.ts";
import type { Certificate, Life, Try } from "./life.ts";
import type { Story } from "./story.ts";

interface Row {
  name: string;
  /** When the order was made. */
  ordered_at: Instant | null;
  replaces: string | null;
  failure_code: string | null;
  ended_at: Instant | null;
  not_before: Instant | null;
  not_after: Instant | null;
  stored_at: Instant | null;
  added_at: Instant;
  removed_at: Instant | null;
}

export async function readLives(db: Db, stories: readonly Story[]): Promise<readonly Life[]> {
  const { rows } = await sql<Row>`
    select lineage.names[1] as name, lineage.created_at as added_at, lineage.removed_at, issuance.replaces,
      issuance.failure_code, issuance.ended_at, certificate.not_before, certificate.not_after, certificate.stored_at,
      (select min(at) from event where issuance_id = issuance.id and kind = 'order.created') as ordered_at
    from lineage left join issuance on issuance.lineage_id = lineage.id
      left join certificate on certificate.issuance_id = issuance.id
    order by issuance.id`.execute(db);
  const byName = Map.groupBy(rows, ({ name }) => name);
  return stories.flatMap((story) => {
    const ofStory = byName.get(story.names[0]) ?? [];
    const [first] = ofStory;
    if (first === undefined) return [];
    return [{ story, addedAt: first.added_at, removedAt: first.removed_at, tries: ofStory.map(tryOf) }];
  });
}

const tryOf = (row: Row): Try => ({
  orderedAt: row.ordered_at,
  replaces: row.replaces !== null,
  failureCode: failureCodes.find((code): code is FailureCode => code === row.failure_code) ?? null,
  endedAt: row.ended_at,
  certificate: certificateOf(row),
});

function certificateOf(row: Row): Certificate | null {
  const { not_before: notBefore, not_after: notAfter, stored_at: storedAt, ordered_at: orderedAt } = row;
  if (notBefore === null || notAfter === null || storedAt === null || orderedAt === null) return null;
  return { notBefore, notAfter, storedAt, orderedAt, replaces: row.replaces !== null };
}
