import type { Domain, DomainSummary, IssuedCertificate, TimelineEntry } from "@certmill/api";
import { type Instant, timelineSentence, toULabels, unpauseUrl } from "@certmill/domain";
import type { DomainRow } from "../../store/read/domains.ts";
import type { TimelineRow } from "../../store/read/timeline.ts";
import type { TwinRow } from "../../store/read/twin.ts";
import { instantText, instantTextOrNull } from "./instant-text.ts";
import { shownKeyType } from "./key-type.ts";
import { presentRenewal } from "./present-renewal.ts";
import { failureSentence, leftOutOf } from "./standing.ts";
import { stateReason } from "./state-reason.ts";

export function presentDomain(row: DomainRow): DomainSummary {
  return {
    name: row.name,
    unicodeName: toULabels(row.name),
    state: row.state,
    stateSince: instantText(row.state_at),
    reason: stateReason(row),
    failureCode: row.failure_code,
    nextTryAt: instantTextOrNull(nextTryAt(row)),
    unpauseUrl: row.state === "paused" && row.paused_by === null ? unpauseUrl(row.failure_detail) : null,
    names: row.names,
    leftOut: [...leftOutOf(row)],
    tenant: row.tenant,
    ca: row.ca,
    cas: row.cas,
    edgeGroup: row.edge_group,
    keyType: shownKeyType(row),
    profile: row.profile,
    challenge: row.challenge,
    certificate: certificateOf(row),
    addedAt: instantText(row.created_at),
  };
}

/** The next attempt; for one that a fault has paused, when it goes on. Null while all is under way. */
function nextTryAt({ wake_at, parked_until, check_at, holds_order, issuance }: DomainRow): Instant | null {
  if (issuance !== null && issuance.faults > 0) return issuance.wakeAt;
  return parked_until ?? wake_at ?? (holds_order === true ? check_at : null);
}

function certificateOf(row: DomainRow | TwinRow): IssuedCertificate | null {
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

/** @param twin null: the domain has none. */
export function presentTwin(twin: TwinRow | null): Domain["twin"] {
  if (twin === null || twin.state === "removed") return null;
  const sentence = failureSentence(twin);
  return {
    state: twin.state,
    failure: twin.failure_code === null || sentence === null ? null : { code: twin.failure_code, sentence },
    nextTryAt: instantTextOrNull(twin.wake_at),
    certificate: certificateOf(twin),
  };
}

export function presentEvent({ at, kind, duration_ms, detail, of_twin: ofTwin }: TimelineRow): TimelineEntry {
  return {
    at: instantText(at),
    kind,
    sentence: timelineSentence(kind, detail, ofTwin),
    durationMs: duration_ms === null ? null : Number(duration_ms),
    detail,
    ofTwin,
  };
}
