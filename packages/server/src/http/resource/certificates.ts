import type { Operations } from "@certmill/api";
import { type Instant, normaliseName } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findSealedCertificate, listCertificates } from "../../store/read/certificates.ts";
import { findDomain } from "../../store/read/domains.ts";
import { isRowId } from "../../store/row-id.ts";
import { recordKeyExport } from "../../store/write/key-retrieval.ts";
import { byWhom, tenantIdOf } from "../caller/caller.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import type { OpenKey } from "../ports.ts";
import { presentCertificate } from "../present/present-certificate.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { noCertificate, wantedCertificate } from "../wanted/wanted-certificate.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly openKey: OpenKey;
}

export function listCertificatesHandler({ db }: Pick<Tools, "db">): Handler<Operations["listCertificates"]> {
  return async ({ query: { after, limit = defaultLimit, domain }, caller }) => {
    const tenantId = tenantIdOf(caller);
    const before = decodeCursor("certificates", 1, after)?.[0] ?? null;
    if (before !== null && !isRowId(before)) throw new Refusal("invalid-cursor", "The cursor is damaged.");
    const lineageId = domain === undefined ? null : await lineageOf(db, domain, tenantId);
    // A domain that is not here has no certificates: an empty list, not an error.
    const rows =
      domain !== undefined && lineageId === null
        ? []
        : await listCertificates(db, { tenantId, lineageId }, { before, limit: limit + 1 });
    return {
      status: 200,
      body: pageOf(rows, limit, presentCertificate, ({ id }) => encodeCursor("certificates", [id])),
    };
  };
}

export function showCertificateHandler({ db }: Pick<Tools, "db">): Handler<Operations["showCertificate"]> {
  return async ({ params, caller }) => ({
    status: 200,
    body: presentCertificate(await wantedCertificate(db, params.id, caller)),
  });
}

export function certificateChainHandler({ db }: Pick<Tools, "db">): Handler<Operations["certificateChain"]> {
  return async ({ params, caller }) => ({
    status: 200,
    body: (await wantedCertificate(db, params.id, caller)).chain_pem,
  });
}

export function exportCertificateHandler({
  db,
  now,
  openKey,
}: Tools): Handler<Operations["exportCertificate"]> {
  return async ({ params: { id }, caller }) => {
    const found = isRowId(id) ? await findSealedCertificate(db, id) : null;
    if (found === null) throw noCertificate(id);
    const { lineage_id: lineageId, chain_pem: chainPem, key } = found;
    if (key === null) throw destroyedKey(id);
    const keyPem = openKey(key);
    await recordKeyExport(db, {
      lineageId,
      certificateId: id,
      by: byWhom(caller),
      now: now(),
    });
    return { status: 200, body: { chainPem, keyPem } };
  };
}

const destroyedKey = (id: string): Refusal =>
  new Refusal(
    "key-destroyed",
    `The private key of certificate ${id} was destroyed, as nothing used it any more.`,
  );

async function lineageOf(db: Db, domain: string, tenantId: string | null): Promise<string | null> {
  const normalised = normaliseName(domain, "private");
  const row = normalised.ok ? await findDomain(db, normalised.name, tenantId) : null;
  return row?.lineage_id ?? null;
}
