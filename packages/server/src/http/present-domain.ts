import type { DomainSummary, IssuedCertificate, TimelineEntry } from "@certmill/api";
import { eventSentence, type Instant, unpauseUrl } from "@certmill/domain";
import type { DomainRow } from "../store/read/domains.ts";
import type { TimelineRow } from "../store/read/timeline.ts";
import { instantText, instantTextOrNull } from "./instant-text.ts";
import { presentRenewal } from "./present-renewal.ts";
import { leftOutOf } from "./standing.ts";
import { stateReason } from "./state-reason.ts";

export function presentDomain(row: DomainRow): DomainSummary {
  return {
    name: row.name,
    state: row.state,
    reason: stateReason(row),
    failureCode: row.failure_code,
    nextTryAt: instantTextOrNull(nextTryAt(row)),
    unpauseUrl: row.state === "paused" ? unpauseUrl(row.failure_detail) : null,
    names: row.names,
    leftOut: [...leftOutOf(row)],
    tenant: row.tenant,
    ca: row.ca,
    edgeGroup: row.edge_group,
    keyType: row.key_type,
    profile: row.profile,
    challenge: row.challenge,
    certificate: certificateOf(row),
  };
}

/** The next attempt; for one that a fault has paused, when it goes on. Null while all is under way. */
function nextTryAt({ wake_at, parked_until, check_at, holds_order, issuance }: DomainRow): Instant | null {
  if (issuance !== null && issuance.faults > 0) return issuance.wakeAt;
  return parked_until ?? wake_at ?? (holds_order === true ? check_at : null);
}

function certificateOf(row: DomainRow): IssuedCertificate | null {
  const { certificate_id: id, serial, issuer, not_before: notBefore, not_after: notAfter } = row;
  if (id === null || serial === null || issuer === null || notBefore === null || notAfter === null)
    return null;
  return {
    id,
    serial,
    issuer,
    notBefore: instantText(notBefore),
    notAfter: instantText(notAfter),
    renewal: presentRenewal(row),
  };
}

export function presentEvent({ at, kind, duration_ms, detail }: TimelineRow): TimelineEntry {
  return {
    at: instantText(at),
    kind,
    sentence: eventSentence(kind, detail),
    durationMs: duration_ms === null ? null : Number(duration_ms),
    detail,
  };
}
