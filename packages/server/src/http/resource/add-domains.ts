import type { DomainBatchRow, KeyType, NewDomain, Operations, RejectedRow } from "@certmill/api";
import { type ChallengeType, type Instant, normaliseName, withWww } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { hasZone } from "../../store/dns/dns-zones.ts";
import { type CaRow, findDefaultCa, findEdgeGroupId, readProfiles } from "../../store/read/cas.ts";
import { findDomain } from "../../store/read/domains.ts";
import { addLineages, findHolders, holdNames, type LineageTerms } from "../../store/write/add-lineages.ts";
import { ensureTenants, findTenants } from "../../store/write/names.ts";
import type { Caller } from "../caller/caller.ts";
import { type AcceptedRow, acceptRow, type RowTerms } from "../intake/accept-row.ts";
import { sortRows } from "../intake/sort-rows.ts";
import { readCas, type WantedCas } from "../intake/wanted-cas.ts";
import { keysOf } from "../present/key-type.ts";
import { oneFault, Refusal } from "../refusal.ts";
import { withAnswerKept } from "../repeatable.ts";
import type { Handler } from "../routes.ts";
import { describeDomain } from "./domains.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

export function addDomainHandler({ db, now }: Tools): Handler<Operations["addDomain"]> {
  return async ({ body, caller, repeatable, askedTrace }) => {
    const { terms, ca } = await readTerms(db, body);
    const accepted = acceptRow(rowOf(body, ca), await rowTerms(db, ca, callersTenant(caller)));
    if (!accepted.ok) throw refusalOf(accepted.rejected);
    return withAnswerKept<Operations["addDomain"]>(db, repeatable, now(), async (trx) => {
      const { rejected, unchanged } = await addRows(trx, [accepted.row], { ...terms, askedTrace }, now());
      const [no] = rejected;
      if (no !== undefined) throw refusalOf(no);
      const [name] = accepted.row.names;
      if (unchanged > 0) throw new Refusal("domain-exists", `${name} is covered already, by the same names.`);
      const row = await findDomain(trx, name, null);
      if (row === null) throw new Error("A domain vanished right after it was stored.");
      return { status: 201, body: await describeDomain(trx, row, now()) };
    });
  };
}

export function addDomainBatchHandler({ db, now }: Tools): Handler<Operations["addDomainBatch"]> {
  return async ({ body, caller, askedTrace }) => {
    const { terms, ca } = await readTerms(db, body);
    const rowsTerms = await rowTerms(db, ca, callersTenant(caller));
    const rows: AcceptedRow[] = [];
    const refused: RejectedRow[] = [];
    for (const given of body.rows) {
      const accepted = acceptRow(given, rowsTerms);
      if (accepted.ok) rows.push(accepted.row);
      else refused.push(accepted.rejected);
    }
    const { added, unchanged, rejected } =
      body.dryRun === true
        ? await foreseeRows(db, rows)
        : await db.transaction().execute((trx) => addRows(trx, rows, { ...terms, askedTrace }, now()));
    const all = [...refused, ...rejected].sort((a, b) => a.line - b.line);
    return { status: 200, body: { added, unchanged, rejected: all } };
  };
}

interface Outcome {
  readonly added: number;
  readonly unchanged: number;
  readonly rejected: readonly RejectedRow[];
}

async function addRows(
  trx: Db,
  rows: readonly AcceptedRow[],
  terms: LineageTerms,
  now: Instant,
): Promise<Outcome> {
  await holdNames(trx);
  const tenants = await ensureTenants(trx, tenantsOf(rows), now);
  const { fresh, unchanged, rejected } = sortRows(rows, await findHolders(trx, namesOf(rows)), tenants);
  await addLineages(trx, fresh, terms, now);
  return { added: fresh.length, unchanged, rejected };
}

/** What `addRows` would do; nothing is changed. */
async function foreseeRows(db: Db, rows: readonly AcceptedRow[]): Promise<Outcome> {
  const tenants = await findTenants(db, tenantsOf(rows));
  const { fresh, unchanged, rejected } = sortRows(rows, await findHolders(db, namesOf(rows)), tenants);
  return { added: fresh.length, unchanged, rejected };
}

export const namesOf = (rows: readonly AcceptedRow[]): string[] => rows.flatMap(({ names }) => names);

export const tenantsOf = (rows: readonly AcceptedRow[]): string[] => [
  ...new Set(rows.flatMap(({ tenant }) => (tenant === null ? [] : [tenant]))),
];

const callersTenant = (caller: Caller): string | null => (caller.scope === "tenant" ? caller.tenant : null);

export const rowTerms = async (db: Db, ca: CaRow, tenant: string | null): Promise<RowTerms> => ({
  policy: ca.name_policy,
  callersTenant: tenant,
  wildcards: await hasZone(db),
});

interface WantedTerms {
  readonly ca?: WantedCas;
  readonly edgeGroup?: string;
  readonly keyType?: KeyType;
  readonly profile?: string;
  readonly challenge?: ChallengeType;
}

/**
 * @returns the terms, and the CA whose rules for names hold: of several a public one, as what that takes all take.
 * @throws {Refusal} `ca-missing` or `edge-group-missing`; `invalid-request` for a profile that no CA offers.
 */
export async function readTerms(db: Db, wanted: WantedTerms): Promise<{ terms: LineageTerms; ca: CaRow }> {
  const only = wanted.ca === undefined ? null : await readCas(db, wanted.ca);
  const ca = only === null ? await findDefaultCa(db) : only[0];
  if (ca === null) throw new Refusal("ca-missing", "There is no CA yet.");
  const group = wanted.edgeGroup ?? "default";
  const edgeGroupId = await findEdgeGroupId(db, group);
  if (edgeGroupId === null) throw new Refusal("edge-group-missing", `There is no edge group "${group}".`);
  const { profile = null, challenge = null } = wanted;
  if (profile !== null) await demandProfile(db, profile, only);
  return {
    terms: {
      caId: ca.id,
      caIds: only?.map(({ id }) => id) ?? null,
      edgeGroupId,
      ...keysOf(wanted.keyType),
      profile,
      challenge,
      campaignId: null,
    },
    ca: only?.find(({ name_policy: policy }) => policy === "public") ?? ca,
  };
}

/** @throws {Refusal} `invalid-request` unless one of these CAs offers it. @param only null: all that there are. */
export async function demandProfile(db: Db, profile: string, only: readonly CaRow[] | null): Promise<void> {
  const offered = only === null ? await readProfiles(db) : [...new Set(only.flatMap((ca) => ca.profiles))];
  if (offered.includes(profile)) return;
  const who = only === null ? "No CA here" : `None of ${only.map(({ name }) => `"${name}"`).join(", ")}`;
  const known = offered.length === 0 ? "none" : offered.join(", ");
  throw oneFault("/profile", `${who} offers a profile "${profile}". Offered: ${known}.`);
}

/** One domain as a batch's row; a name that has no `www.` companion is added without. */
function rowOf(
  { name, aliases = [], withWww: wanted = false, tenant }: NewDomain,
  ca: CaRow,
): DomainBatchRow {
  const normalised = wanted ? normaliseName(name, ca.name_policy) : null;
  const www = normalised?.ok === true ? withWww(normalised.name) : null;
  return {
    line: 1,
    domain: name,
    aliases: www === null ? aliases : [...aliases, www],
    ...(tenant === undefined ? {} : { tenant }),
  };
}

export function refusalOf({ domain, code, reason }: RejectedRow): Refusal {
  if (code === "domain-exists") return new Refusal("domain-exists", reason);
  if (code === "tenant-not-yours") return new Refusal("scope-insufficient", reason);
  return new Refusal("name-refused", `${domain}: ${reason}`, {
    errors: [{ path: "/name", message: reason }],
  });
}
