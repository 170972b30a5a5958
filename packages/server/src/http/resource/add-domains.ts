import type { DomainBatchRow, NewDomain, Operations, RejectedRow } from "@certmill/api";
import { type Instant, normaliseName, withWww } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import type { CaRow } from "../../store/read/cas.ts";
import { findDomain } from "../../store/read/domains.ts";
import { addLineages, findHolders, holdNames, type LineageTerms } from "../../store/write/add-lineages.ts";
import { ensureTenants, findTenants } from "../../store/write/names.ts";
import type { Caller } from "../caller/caller.ts";
import { type AcceptedRow, acceptRow, namesOf, refusalOf, tenantsOf } from "../intake/accept-row.ts";
import { readTerms, rowTerms } from "../intake/lineage-terms.ts";
import { sortRows } from "../intake/sort-rows.ts";
import { describeDomain } from "../present/describe-domain.ts";
import { Refusal } from "../refusal.ts";
import { withAnswerKept } from "../repeatable.ts";
import type { Handler } from "../routes.ts";

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

const callersTenant = (caller: Caller): string | null => (caller.scope === "tenant" ? caller.tenant : null);

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
