import type { Domain } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type DomainRow, listDeliveries } from "../../store/read/domains.ts";
import { readTimeline } from "../../store/read/timeline.ts";
import { findTwin } from "../../store/read/twin.ts";
import { delegationsOf } from "./delegations.ts";
import { expectedTurn } from "./expected-turn.ts";
import { instantText, instantTextOrNull } from "./instant-text.ts";
import { presentCheck } from "./present-check.ts";
import { presentDomain, presentEvent, presentTwin } from "./present-domain.ts";

const shownEvents = 200;

/** A domain with its deliveries and timeline. */
export async function describeDomain(db: Db, row: DomainRow, now: Instant): Promise<Domain> {
  const deliveries = await listDeliveries(db, row.lineage_id);
  const timeline = await readTimeline(db, row.lineage_id, shownEvents);
  return {
    ...presentDomain(row),
    expectedAt: instantTextOrNull(await expectedTurn(db, row, now)),
    delegations: await delegationsOf(db, row),
    check: presentCheck(row),
    twin: presentTwin(await findTwin(db, row.lineage_id)),
    deliveries: deliveries.map(({ edge, certificate_id, received_at, error }) => ({
      edge,
      certificateId: certificate_id,
      receivedAt: instantText(received_at),
      error,
    })),
    timeline: timeline.map(presentEvent),
  };
}
