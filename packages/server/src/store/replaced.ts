/** What a mass replacement notes when one of its certificates has a successor. */
import type { Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { timestamp } from "./database.ts";

/**
 * Needs a preceding `current (id)`, the lineage that has a new certificate: it is the lineage that is taken first. Index:
 * `replacement_item_open`.
 */
export const noteReplaced = (now: Instant): RawBuilder<unknown> => sql`
  replaced as (
    update replacement_item item set replaced_at = ${timestamp(now)}
    from current, replacement
    where item.lineage_id = current.id and item.replaced_at is null
      and replacement.id = item.replacement_id and replacement.state in ('running', 'paused')
    returning item.replacement_id, item.certificate_id
  ), ${revokeReplaced(now)}`;

/** Needs a preceding `replaced (replacement_id, certificate_id)`. What is to be revoked waits for its successor to be served. */
export const revokeReplaced = (now: Instant): RawBuilder<unknown> => sql`
  to_revoke as (
    insert into revocation (certificate_id, ca_id, reason, state, replacement_id, requested_by, requested_at, wake_at)
    select certificate.id, certificate.ca_id, replacement.reason, 'waiting', replacement.id, replacement.created_by,
      ${timestamp(now)}, ${timestamp(now)}
    from replaced join replacement on replacement.id = replaced.replacement_id and replacement.then_revoke
      join certificate on certificate.id = replaced.certificate_id and certificate.revoked_at is null
        and certificate.ca_id is not null
    on conflict (certificate_id) do nothing
  )`;
