import type { EdgeCertificate, EdgeChange, Operations } from "@certmill/api";
import { type Instant, instant, seconds } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findSealedCertificate } from "../../store/read/certificates.ts";
import {
  type ChangedLineage,
  listServed,
  readEdgeFeed,
  type ServedLineage,
} from "../../store/read/edge-feed.ts";
import { atHorizon, type FeedPosition, readHorizon } from "../../store/read/feed-position.ts";
import { isRowId } from "../../store/row-id.ts";
import type { Wakeups } from "../../store/wakeups.ts";
import { recordKeyRetrieval } from "../../store/write/key-retrieval.ts";
import { recordReceipts, seeEdge } from "../../store/write/receipts.ts";
import { decodeCursor, decodePosition, defaultLimit, encodeCursor, encodePosition } from "../cursor.ts";
import { instantText } from "../instant-text.ts";
import { longPoll } from "../long-poll.ts";
import type { OnDelivered, OpenKey } from "../ports.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { noCertificate } from "./certificates.ts";
import { unknownCursor } from "./domains.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

/** The feed's position is taken before the first page is read and goes with every further page. */
export function edgeSnapshotHandler({ db, now }: Tools): Handler<Operations["edgeSnapshot"]> {
  return async ({ query: { after, limit = defaultLimit, edge }, caller: { edgeGroupId } }) => {
    if (edge !== undefined) await seeEdge(db, { edgeGroupId, name: edge, now: now() });
    const { lineageId, cursor } = snapshotPlace(after) ?? {
      lineageId: "0",
      cursor: encodePosition("edge", atHorizon(await readHorizon(db))),
    };
    const rows = await listServed(db, { edgeGroupId, after: lineageId, limit });
    const last = rows.at(-1);
    return {
      status: 200,
      body: {
        items: rows.map(presentServed),
        next:
          last !== undefined && rows.length === limit
            ? encodeCursor("edge-snapshot", [last.lineage_id, cursor])
            : null,
        cursor,
      },
    };
  };
}

export const presentServed = ({
  lineage_id,
  names,
  certificate_id,
  serial,
  not_after,
}: ServedLineage): EdgeCertificate => ({
  lineageId: lineage_id,
  names,
  certificateId: certificate_id,
  serial,
  notAfter: instantText(not_after),
});

function snapshotPlace(after: string | undefined): { lineageId: string; cursor: string } | null {
  const fields = decodeCursor("edge-snapshot", 2, after);
  if (fields === null) return null;
  const [lineageId = "", cursor = ""] = fields;
  if (!isRowId(lineageId)) throw new Refusal("invalid-cursor", "The cursor in `after` is damaged.");
  return { lineageId, cursor };
}

const mostChanges = 1_000;

function positionOf(cursor: string): FeedPosition {
  const position = decodePosition("edge", cursor);
  if (position === null) throw new Error("A cursor that is there decodes or is refused.");
  return position;
}

export function edgeFeedHandler({
  db,
  now,
  wakeups,
}: Tools & { readonly wakeups: Wakeups }): Handler<Operations["edgeFeed"]> {
  return async ({ query, caller: { edgeGroupId }, signal }) => {
    if (query.edge !== undefined) await seeEdge(db, { edgeGroupId, name: query.edge, now: now() });
    let after = positionOf(query.after);
    const part = await longPoll(
      { wakeups, now, channel: "certmill_feed", wait: seconds(query.wait ?? 0), signal },
      async () => {
        const seen = await readEdgeFeed(db, { edgeGroupId, after, limit: mostChanges });
        if (seen.kind === "changes" && seen.changes.length === 0) after = seen.end;
        return seen;
      },
      (seen) => seen.kind !== "changes" || seen.changes.length > 0,
    );
    if (part.kind === "unknown-position") throw unknownCursor();
    return {
      status: 200,
      body: { changes: part.changes.flatMap(presentChange), cursor: encodePosition("edge", part.end) },
    };
  };
}

/** The newest state of a lineage; nothing for one that has no certificate yet. */
function presentChange({ lineage_id, names, state, ...certificate }: ChangedLineage): EdgeChange[] {
  const { certificate_id: certificateId, serial, not_after: notAfter } = certificate;
  const named = { lineageId: lineage_id, names };
  if (state === "removed") return [{ kind: "remove", ...named, certificateId: null }];
  if (certificateId === null || serial === null || notAfter === null) return [];
  return [{ kind: "put", ...named, certificateId, serial, notAfter: instantText(notAfter) }];
}

export function edgeCertificateHandler({
  db,
  now,
  openKey,
}: Tools & { readonly openKey: OpenKey }): Handler<Operations["edgeCertificate"]> {
  return async ({ params: { id }, query, caller }) => {
    const found = isRowId(id) ? await findSealedCertificate(db, id, caller.edgeGroupId) : null;
    // One whose key is destroyed has a successor, which the feed tells.
    if (found?.key == null) throw noCertificate(id);
    const keyPem = openKey(found.key);
    await recordKeyRetrieval(db, {
      lineageId: found.lineage_id,
      certificateId: id,
      token: caller.tokenName,
      edge: query.edge ?? null,
      now: now(),
    });
    return {
      status: 200,
      body: {
        lineageId: found.lineage_id,
        names: found.names,
        certificateId: id,
        chainPem: found.chain_pem,
        keyPem,
      },
    };
  };
}

export function sendReceiptsHandler({
  db,
  now,
  onDelivered,
}: Tools & { readonly onDelivered: OnDelivered }): Handler<Operations["sendReceipts"]> {
  return async ({ body: { edge, receipts }, caller: { edgeGroupId } }) => {
    const recorded = await recordReceipts(db, {
      edgeGroupId,
      edge,
      receipts: receipts
        .filter(({ lineageId, certificateId }) => isRowId(lineageId) && isRowId(certificateId))
        .map(({ lineageId, certificateId, servedAt, error }) => ({
          lineageId,
          certificateId,
          servedAt: instant(Date.parse(servedAt)),
          error,
        })),
      now: now(),
    });
    for (const { error, took } of recorded) if (error === null) onDelivered(took);
    return { status: 200, body: { recorded: recorded.length } };
  };
}
