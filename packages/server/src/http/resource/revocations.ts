import type { Operations, Revocation } from "@certmill/api";
import { type Instant, type RevocationReason, serialNumber } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import {
  countRevocationsByState,
  listRevocations,
  type RevocationRow,
} from "../../store/read/revocations.ts";
import { isRowId } from "../../store/row-id.ts";
import {
  judgeSerials,
  type RevocationRequest,
  requestReplaced,
  requestSerials,
} from "../../store/write/request-revocations.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { oneFault, Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { wantedReplacement } from "../wanted/wanted-replacement.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

export function requestRevocationsHandler({ db, now }: Tools): Handler<Operations["requestRevocations"]> {
  return async ({ body, caller }) => {
    const { serials, replacement, reason = "superseded", now: atOnce = false, dryRun = false } = body;
    if ((serials === undefined) === (replacement === undefined))
      throw oneFault("/serials", "Either serial numbers or a replacement must be named, not both.");
    const request: RevocationRequest = {
      reason,
      when: atOnce ? "now" : "served",
      who: caller.who,
      now: now(),
    };
    if (serials !== undefined)
      return { status: 200, body: await bySerials(db, serials, { request, dryRun }) };
    const { id } = await wantedReplacement(db, replacement ?? "");
    const accepted = await db
      .transaction()
      .execute((trx) => (dryRun ? Promise.resolve(0) : requestReplaced(trx, id, request)));
    return { status: 200, body: { accepted, alreadyRevoked: 0, inUse: [], unknown: [] } };
  };
}

async function bySerials(
  db: Db,
  texts: readonly string[],
  { request, dryRun }: { readonly request: RevocationRequest; readonly dryRun: boolean },
) {
  const bySerial = new Map(texts.map((text) => [text, serialNumber(text)]));
  const serials = [...new Set([...bySerial.values()].filter((serial) => serial !== null))];
  const judged = await db.transaction().execute(async (trx) => {
    const before = await judgeSerials(trx, serials, request.when);
    if (!dryRun) await requestSerials(trx, before.accepted, request);
    return before;
  });
  const known = new Set([...judged.accepted, ...judged.alreadyRevoked, ...judged.inUse]);
  const unknown = [...bySerial].filter(([, serial]) => serial === null || !known.has(serial));
  return {
    accepted: judged.accepted.length,
    alreadyRevoked: judged.alreadyRevoked.length,
    inUse: [...judged.inUse],
    unknown: unknown.map(([text]) => text),
  };
}

export function listRevocationsHandler({ db }: Pick<Tools, "db">): Handler<Operations["listRevocations"]> {
  return async ({ query: { after, limit = defaultLimit, state = null, replacement } }) => {
    const cursor = decodeCursor("revocations", 1, after)?.[0] ?? "0";
    if (cursor !== "0" && !isRowId(cursor)) throw new Refusal("invalid-cursor", "The cursor is damaged.");
    const replacementId = replacement === undefined ? null : (await wantedReplacement(db, replacement)).id;
    const page = { after: cursor, limit: limit + 1 };
    const rows = await listRevocations(db, { state, replacementId }, page);
    const next = ({ certificate_id: id }: RevocationRow): string => encodeCursor("revocations", [id]);
    return { status: 200, body: pageOf(rows, limit, present, next) };
  };
}

export function countRevocationsHandler({ db }: Pick<Tools, "db">): Handler<Operations["countRevocations"]> {
  return async () => ({ status: 200, body: await countRevocationsByState(db) });
}

const present = (row: RevocationRow): Revocation => ({
  certificateId: row.certificate_id,
  serial: row.serial,
  names: row.names,
  ca: row.ca,
  // The API's schema let no other in.
  reason: row.reason as RevocationReason,
  state: row.state,
  detail: row.failure_detail,
  requestedBy: row.requested_by,
  requestedAt: instantText(row.requested_at),
  nextTryAt: instantTextOrNull(row.wake_at),
  endedAt: instantTextOrNull(row.ended_at),
});
