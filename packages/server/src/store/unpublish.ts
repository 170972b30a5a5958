/** What answers an issuance's challenges, from the intention to the end: parts of the statements that commit steps. */
import type { Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { timestamp } from "./database.ts";

/** A record that is going to be written into the DNS. */
export interface RecordToWrite {
  readonly zone: string;
  readonly name: string;
  readonly text: string;
}

/**
 * The records that an issuance is going to write; they stand here until they were taken away again. Needs a preceding
 * `moved (id, …)`.
 */
export const intendRecords = (records: readonly RecordToWrite[], now: Instant): RawBuilder<unknown> =>
  records.length === 0
    ? sql`intended as (select null where false)`
    : sql`intended as (
        insert into dns_record (provider_id, zone, name, value, issuance_id, intended_at)
        select dns_zone.provider_id, r.zone, r.name, r.text, moved.id, ${timestamp(now)}
        from moved, jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r (zone text, name text, text text)
          join dns_zone on dns_zone.name = r.zone
        on conflict (issuance_id, name, value) do nothing
      )`;

/**
 * Nothing is answered any more for the issuances of a preceding `ended (id, …)`: the responder forgets, and what is in
 * the DNS is due to be taken away.
 */
export const unpublish = (ended: "moved" | "ended", now: Instant): RawBuilder<unknown> => sql`
  unpublished as (
    delete from challenge_response where issuance_id in (select id from ${sql.raw(ended)})
  ), unwanted as (
    update dns_record set remove_at = ${timestamp(now)} where issuance_id in (select id from ${sql.raw(ended)})
  )`;
