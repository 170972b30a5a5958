import type { Certificate, Operations } from "@certmill/api";
import { type Instant, normaliseName } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import {
  type CertificateRow,
  findCertificate,
  findSealedCertificate,
  listCertificates,
} from "../../store/read/certificates.ts";
import { findDomain } from "../../store/read/domains.ts";
import { isRowId } from "../../store/row-id.ts";
import { recordKeyExport } from "../../store/write/key-retrieval.ts";
import { byWhom, type Caller, tenantIdOf } from "../caller/caller.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import type { OpenKey } from "../ports.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { presentRenewal } from "../present/present-renewal.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";

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

export const noCertificate = (id: string): Refusal =>
  new Refusal("not-found", `There is no certificate ${id}.`);

const destroyedKey = (id: string): Refusal =>
  new Refusal(
    "key-destroyed",
    `The private key of certificate ${id} was destroyed, as nothing used it any more.`,
  );

/** @throws {Refusal} `not-found` */
async function wantedCertificate(db: Db, id: string, caller: Caller): Promise<CertificateRow> {
  const row = isRowId(id) ? await findCertificate(db, id, tenantIdOf(caller)) : null;
  if (row === null) throw noCertificate(id);
  return row;
}

async function lineageOf(db: Db, domain: string, tenantId: string | null): Promise<string | null> {
  const normalised = normaliseName(domain, "private");
  const row = normalised.ok ? await findDomain(db, normalised.name, tenantId) : null;
  return row?.lineage_id ?? null;
}

export function presentCertificate(row: CertificateRow): Certificate {
  return {
    id: row.id,
    serial: row.serial,
    issuer: row.issuer,
    notBefore: instantText(row.not_before),
    notAfter: instantText(row.not_after),
    names: row.names,
    fingerprint: row.fingerprint,
    ca: row.ca,
    tenant: row.tenant,
    current: row.current_id === row.id,
    storedAt: instantText(row.stored_at),
    keyFingerprint: row.spki === "" ? null : row.spki,
    keyDestroyedAt: instantTextOrNull(row.key_destroyed_at),
    revokedAt: instantTextOrNull(row.revoked_at),
    revocationReason: row.revocation_reason,
    renewal: row.current_id === row.id ? presentRenewal(row) : null,
  };
}
