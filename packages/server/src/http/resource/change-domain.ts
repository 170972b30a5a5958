import type { DomainChange, Operations } from "@certmill/api";
import { type Instant, normaliseName, withWww } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type CaRow, findCa, findDefaultCa, readCasById } from "../../store/read/cas.ts";
import { retryDeadlock } from "../../store/retry-deadlock.ts";
import { findHolders, holdNames } from "../../store/write/add-lineages.ts";
import { changeLineage, type HeldLineage, holdLineage } from "../../store/write/change-lineage.ts";
import { byWhom } from "../caller/caller.ts";
import { acceptRow, refusalOf } from "../intake/accept-row.ts";
import { demandProfile, rowTerms } from "../intake/lineage-terms.ts";
import type { CheckNames } from "../ports.ts";
import { describeDomain } from "../present/describe-domain.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { wantedCas } from "../wanted/wanted-cas.ts";
import { wantedDomain } from "../wanted/wanted-domain.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly check: CheckNames | null;
}

export function changeDomainHandler({ db, now, check }: Tools): Handler<Operations["changeDomain"]> {
  return async ({ params, body, caller, askedTrace }) => {
    const { name, lineage_id: lineageId } = await wantedDomain(db, params.name, caller);
    const change = async (trx: Db): Promise<string> => {
      await holdNames(trx);
      const lineage = await holdLineage(trx, lineageId);
      if (lineage === null || lineage.state === "removed")
        throw new Refusal("domain-removed", `${name} was removed.`);
      const only = body.ca == null ? null : await wantedCas(trx, body.ca);
      const ca = await caOf(trx, lineage, { wish: body.ca, only });
      const names = await namesOf(trx, lineage, { body, ca });
      const { profile = lineage.terms.profile, challenge = lineage.terms.challenge } = body;
      const caIds = body.ca === undefined ? lineage.terms.caIds : (only?.map(({ id }) => id) ?? null);
      const terms = { caId: ca.id, caIds, profile, challenge };
      if (profile !== null && (body.profile != null || body.ca !== undefined))
        await demandProfile(trx, profile, only ?? (caIds === null ? null : await readCasById(trx, caIds)));
      await changeLineage(trx, lineage, {
        names,
        terms,
        cas: only?.map(({ name }) => name) ?? [],
        areChecked: check !== null,
        by: byWhom(caller),
        askedTrace: askedTrace ?? null,
        now: now(),
      });
      return lineage.names[0];
    };
    const primary = await retryDeadlock(() => db.transaction().execute(change));
    return { status: 200, body: await describeDomain(db, await wantedDomain(db, primary, caller), now()) };
  };
}

/**
 * Where it goes: where it is, if it may; one that has no certificate and may have any CA goes to the default one, as a new one
 * would.
 *
 * @throws {Refusal} `ca-missing`
 */
async function caOf(
  trx: Db,
  { ca, hasCertificate }: HeldLineage,
  { wish, only }: { readonly wish: DomainChange["ca"]; readonly only: readonly [CaRow, ...CaRow[]] | null },
): Promise<CaRow> {
  if (only !== null) return only.find(({ name }) => name === ca) ?? only[0];
  const row = wish === null && !hasCertificate ? await findDefaultCa(trx) : await findCa(trx, ca);
  if (row === null) throw new Refusal("ca-missing", `There is no CA "${ca}".`);
  return row;
}

/**
 * All names that it is to have.
 *
 * @throws {Refusal} `name-refused`; `domain-exists` for one that another domain has; `domain-state` where a campaign has put
 *   others on the same certificate.
 */
async function namesOf(
  trx: Db,
  lineage: HeldLineage,
  { body, ca }: { readonly body: DomainChange; readonly ca: CaRow },
): Promise<HeldLineage["names"]> {
  if (body.aliases === undefined && body.withWww === undefined) return lineage.names;
  const [primary, ...present] = lineage.names;
  if (lineage.isPack)
    throw new Refusal(
      "domain-state",
      `${primary} shares its certificate with others, as its campaign has put them together.`,
    );
  const normalised = body.withWww === true ? normaliseName(primary, ca.name_policy) : null;
  const www = normalised?.ok === true ? withWww(normalised.name) : null;
  const aliases = [...(body.aliases ?? present), ...(www === null ? [] : [www])];
  const accepted = acceptRow({ line: 1, domain: primary, aliases }, await rowTerms(trx, ca, lineage.tenant));
  if (!accepted.ok) throw refusalOf(accepted.rejected);
  const { names } = accepted.row;
  const holders = await findHolders(trx, names);
  const taken = names.find((name) => (holders.get(name)?.lineageId ?? lineage.id) !== lineage.id);
  if (taken !== undefined) throw new Refusal("domain-exists", `${taken} is covered already.`);
  return names;
}
