import type {
  CampaignBatch,
  DomainBatchResult,
  DomainBatchRow,
  Operations,
  RejectedRow,
} from "@certmill/api";
import { type Instant, joinPrices, normaliseName, withWww } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import type { CampaignRow } from "../../store/read/campaigns.ts";
import type { CaRow } from "../../store/read/cas.ts";
import { addLineages, findHolders, holdNames, type LineageTerms } from "../../store/write/add-lineages.ts";
import { findOnList, holdList, notePacking } from "../../store/write/campaign-list.ts";
import { ensureTenants } from "../../store/write/names.ts";
import { type AcceptedRow, acceptRow, namesOf, type RowTerms, tenantsOf } from "../intake/accept-row.ts";
import { readTerms, rowTerms } from "../intake/lineage-terms.ts";
import { packRows } from "../intake/pack-rows.ts";
import { sortRows } from "../intake/sort-rows.ts";
import { addUsualWww, usualWww } from "../intake/usual-www.ts";
import { saidKeys } from "../present/key-type.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { wantedCampaign } from "../wanted/wanted-campaign.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

export function addCampaignDomainsHandler({ db, now }: Tools): Handler<Operations["addCampaignDomains"]> {
  return async ({ params, body }) => {
    const campaign = await wantedCampaign(db, params.name);
    const keyType = saidKeys({ keyType: campaign.key_type, paired: campaign.paired });
    const { terms, ca } = await readTerms(db, {
      ...(keyType === undefined ? {} : { keyType }),
      ...(campaign.profile === null ? {} : { profile: campaign.profile }),
      ...(campaign.cas === null ? {} : { ca: campaign.cas }),
      ...(campaign.edge_group === null ? {} : { edgeGroup: campaign.edge_group }),
    });
    const { accepted, refused } = judgeRows(body, ca, await rowTerms(db, ca, null));
    const { added, unchanged, rejected } = await db.transaction().execute((trx) =>
      addToList(trx, {
        campaign,
        rows: accepted,
        isWwwUsual: body.withWww === undefined,
        terms,
        now: now(),
      }),
    );
    const all = [...refused, ...rejected].sort((a, b) => a.line - b.line);
    return { status: 200, body: { added, unchanged, rejected: all } };
  };
}

function judgeRows({ rows, withWww: wanted = false }: CampaignBatch, ca: CaRow, terms: RowTerms) {
  const accepted: AcceptedRow[] = [];
  const refused: RejectedRow[] = [];
  for (const given of rows) {
    const verdict = acceptRow(wanted ? plusWww(given, ca) : given, terms);
    if (verdict.ok) accepted.push(verdict.row);
    else refused.push(verdict.rejected);
  }
  return { accepted, refused };
}

/** A name that has no `www.` companion stays without. */
function plusWww(row: DomainBatchRow, ca: CaRow): DomainBatchRow {
  const normalised = normaliseName(row.domain, ca.name_policy);
  const www = normalised.ok ? withWww(normalised.name) : null;
  return www === null ? row : { ...row, aliases: [...(row.aliases ?? []), www] };
}

interface Addition {
  readonly campaign: CampaignRow;
  readonly rows: readonly AcceptedRow[];
  /** Whether registered domains get their `www.`. */
  readonly isWwwUsual: boolean;
  readonly terms: LineageTerms;
  readonly now: Instant;
}

async function addToList(trx: Db, addition: Addition): Promise<DomainBatchResult> {
  const { campaign, isWwwUsual, terms, now } = addition;
  const { id: campaignId, name } = campaign;
  await holdNames(trx);
  const list = await holdList(trx, campaignId);
  if (list === null) throw new Refusal("campaign-state", `${name} takes no more domains.`);
  const tenants = await ensureTenants(trx, tenantsOf(addition.rows), now);
  const companions = isWwwUsual ? addition.rows.flatMap((row) => usualWww(row) ?? []) : [];
  const holders = await findHolders(trx, [...namesOf(addition.rows), ...companions]);
  const { rows, covered } = isWwwUsual
    ? addUsualWww(addition.rows, holders, tenants)
    : { rows: addition.rows, covered: 0 };
  const isOnList = await onList(trx, campaign, rows);
  const others = rows.filter((row) => !isOnList(row));
  const { fresh, unchanged, rejected } = sortRows(others, holders, tenants);
  const policy = { most: campaign.pack_names, acrossTenants: campaign.pack_across_tenants };
  const { lineages, price } = packRows(fresh, policy);
  await addLineages(trx, lineages, { ...terms, campaignId }, now);
  await notePacking(trx, campaignId, list.packing === null ? price : joinPrices(list.packing, price));
  const unchangedOnList = rows.length - others.length;
  return { added: fresh.length, unchanged: unchanged + unchangedOnList + covered, rejected: [...rejected] };
}

/** Whether a row is in one of the campaign's packs already, whose names are not the row's alone. */
async function onList(
  trx: Db,
  { id, pack_names: packNames }: CampaignRow,
  rows: readonly AcceptedRow[],
): Promise<(row: AcceptedRow) => boolean> {
  if (packNames === 1) return () => false;
  const lineages = await findOnList(trx, id, namesOf(rows));
  return ({ names }) => {
    const [first] = names;
    const lineage = lineages.get(first);
    return lineage !== undefined && names.every((each) => lineages.get(each) === lineage);
  };
}
