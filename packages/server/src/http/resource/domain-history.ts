import type { HistoryEntry, Operations } from "@certmill/api";
import type { Db } from "../../store/database.ts";
import { listCertificates } from "../../store/read/certificates.ts";
import { listReceipts, readSuccessions } from "../../store/read/receipts.ts";
import { type HistoryRow, listTimeline } from "../../store/read/timeline.ts";
import { isRowId } from "../../store/row-id.ts";
import { tenantIdOf } from "../caller/caller.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { presentCertificate } from "../present/present-certificate.ts";
import { presentEvent } from "../present/present-domain.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { wantedDomain } from "../wanted/wanted-domain.ts";

interface Tools {
  readonly db: Db;
}

export function listTimelineHandler({ db }: Tools): Handler<Operations["listTimeline"]> {
  return async ({ params, query: { after, limit = defaultLimit }, caller }) => {
    const { lineage_id: lineageId } = await wantedDomain(db, params.name, caller);
    const before = rowIdIn("history", after);
    const rows = await listTimeline(db, lineageId, { before, limit: limit + 1 });
    return {
      status: 200,
      body: pageOf(rows, limit, presentEntry, ({ id }) => encodeCursor("history", [id])),
    };
  };
}

/** @throws {Refusal} `invalid-cursor` */
function rowIdIn(list: string, cursor: string | undefined): string | null {
  const id = decodeCursor(list, 1, cursor)?.[0] ?? null;
  if (id !== null && !isRowId(id)) throw new Refusal("invalid-cursor", "The cursor in `after` is damaged.");
  return id;
}

const presentEntry = (row: HistoryRow): HistoryEntry => ({
  id: row.id,
  issuance: row.issuance_id,
  ...presentEvent(row),
});

const usualCertificates = 20;

export function listDomainCertificatesHandler({ db }: Tools): Handler<Operations["listDomainCertificates"]> {
  return async ({ params, query: { after, limit = usualCertificates }, caller }) => {
    const { lineage_id: lineageId } = await wantedDomain(db, params.name, caller);
    const before = rowIdIn("domain-certificates", after);
    const filter = { tenantId: tenantIdOf(caller), lineageId };
    const rows = await listCertificates(db, filter, { before, limit: limit + 1 });
    const ids = rows.map(({ id }) => id);
    const receipts = await listReceipts(db, lineageId, ids);
    const superseded = await readSuccessions(db, lineageId, ids);
    return {
      status: 200,
      body: pageOf(
        rows,
        limit,
        (row) => ({
          ...presentCertificate(row),
          supersededAt: instantTextOrNull(superseded.get(row.id) ?? null),
          receipts: receipts
            .filter(({ certificate_id: id }) => id === row.id)
            .map(({ edge, at, error }) => ({ edge, at: instantText(at), error })),
        }),
        ({ id }) => encodeCursor("domain-certificates", [id]),
      ),
    };
  };
}
