import type { EdgeKeyPair, Operations } from "@certmill/api";
import { type Instant, instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { listServed } from "../../store/read/edge-feed.ts";
import { atHorizon, readHorizon } from "../../store/read/feed-position.ts";
import { isRowId } from "../../store/row-id.ts";
import {
  type RetrievedCertificate,
  type Retriever,
  retrieveKeyPairs,
} from "../../store/write/key-retrieval.ts";
import { recordReceipts } from "../../store/write/receipts.ts";
import { noteTwins } from "../../store/write/see-edge.ts";
import type { EdgeCaller } from "../caller/caller.ts";
import { type KnownEdge, knownEdge } from "../caller/known-edge.ts";
import { decodeCursor, defaultLimit, encodeCursor, encodePosition, feedOf } from "../cursor.ts";
import type { OnDelivered, OpenKey } from "../ports.ts";
import { presentServed } from "../present/present-served.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { noCertificate } from "../wanted/wanted-certificate.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

/** The feed's position is taken before the first page is read and goes with every further page. */
export function edgeSnapshotHandler({ db, now }: Tools): Handler<Operations["edgeSnapshot"]> {
  return async ({ query: { after, limit = defaultLimit, edge, twins = false }, caller }) => {
    const known = await knownEdge(db, caller, { name: edge, now: now() });
    if (known !== null) await noteTwins(db, { id: known.id, takesTwins: twins });
    const { edgeGroupId } = caller;
    const { lineageId, cursor } = snapshotPlace(after) ?? {
      lineageId: "0",
      cursor: encodePosition(feedOf(twins), atHorizon(await readHorizon(db))),
    };
    const rows = await listServed(db, { edgeGroupId, twins, after: lineageId, limit });
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

function snapshotPlace(after: string | undefined): { lineageId: string; cursor: string } | null {
  const fields = decodeCursor("edge-snapshot", 2, after);
  if (fields === null) return null;
  const [lineageId = "", cursor = ""] = fields;
  if (!isRowId(lineageId)) throw new Refusal("invalid-cursor", "The cursor in `after` is damaged.");
  return { lineageId, cursor };
}

interface KeyTools extends Tools {
  readonly openKey: OpenKey;
}

export function edgeCertificateHandler({
  db,
  now,
  openKey,
}: KeyTools): Handler<Operations["edgeCertificate"]> {
  return async ({ params: { id }, query, caller }) => {
    const edge = await knownEdge(db, caller, { name: query.edge, now: now() });
    const ids = isRowId(id) ? [id] : [];
    const [found] = await retrieveKeyPairs(db, retriever(caller, edge), { ids, now: now() });
    // One whose key is destroyed has a successor, which the feed tells.
    if (found === undefined) throw noCertificate(id);
    return { status: 200, body: presentKeyPair(found, openKey) };
  };
}

export function edgeCertificatesHandler({
  db,
  now,
  openKey,
}: KeyTools): Handler<Operations["edgeCertificates"]> {
  return async ({ body, caller }) => {
    const edge = await knownEdge(db, caller, { name: body.edge, now: now() });
    const ids = body.ids.filter(isRowId);
    const found = await retrieveKeyPairs(db, retriever(caller, edge), { ids, now: now() });
    return { status: 200, body: { items: found.map((pair) => presentKeyPair(pair, openKey)) } };
  };
}

const retriever = ({ edgeGroupId, by }: EdgeCaller, edge: KnownEdge | null): Retriever => ({
  edgeGroupId,
  edge,
  token: by.kind === "token" ? by.tokenName : null,
});

const presentKeyPair = (found: RetrievedCertificate, openKey: OpenKey): EdgeKeyPair => ({
  lineageId: found.lineage_id,
  names: found.names,
  certificateId: found.id,
  chainPem: found.chain_pem,
  keyPem: openKey(found.key),
});

export function sendReceiptsHandler({
  db,
  now,
  onDelivered,
}: Tools & { readonly onDelivered: OnDelivered }): Handler<Operations["sendReceipts"]> {
  return async ({ body: { edge: name, receipts }, caller }) => {
    const edge = await knownEdge(db, caller, { name, now: now() });
    if (edge === null) throw new Error("An edge that gives its name is known.");
    const recorded = await recordReceipts(db, {
      edgeGroupId: caller.edgeGroupId,
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
    for (const receipt of recorded) onDelivered(receipt);
    return { status: 200, body: { recorded: recorded.length } };
  };
}
