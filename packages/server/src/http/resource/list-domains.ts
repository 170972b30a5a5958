import type { Operations, Total } from "@certmill/api";
import { instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { countDomains } from "../../store/read/count-domains.ts";
import { anyDomain, type DomainFilter } from "../../store/read/domain-filter.ts";
import { listDomains } from "../../store/read/domain-list.ts";
import type { DomainPage, DomainPlace, DomainSort } from "../../store/read/domain-order.ts";
import type { DomainRow } from "../../store/read/domains.ts";
import { isRowId } from "../../store/row-id.ts";
import { readSurvey } from "../../store/survey.ts";
import { tenantIdOf } from "../caller/caller.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { domainFilterOf } from "../domain-filter.ts";
import { presentDomain } from "../present/present-domain.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";

export function listDomainsHandler({ db }: { readonly db: Db }): Handler<Operations["listDomains"]> {
  return async ({ query, caller }) => {
    const {
      after,
      limit = defaultLimit,
      sort = query.search === undefined ? "name" : "match",
      order = "asc",
      total,
      ...asked
    } = query;
    const filter = domainFilterOf(asked, tenantIdOf(caller));
    if (filter === null) return { status: 200, body: { items: [], next: null, total: none(total) } };
    const list = `domains ${sort} ${order}`;
    const page: DomainPage = {
      sort,
      descending: order === "desc",
      after: placeOf(decodeCursor(list, 3, after)),
      limit: limit + 1,
    };
    const rows = await listDomains(db, filter, page);
    return {
      status: 200,
      body: {
        ...pageOf(rows, limit, presentDomain, (row) => encodeCursor(list, cursorFields(row, sort))),
        total: total === true ? await totalOf(db, filter) : null,
      },
    };
  };
}

const none = (wanted: boolean | undefined): Total | null =>
  wanted === true ? { count: 0, kind: "exact" } : null;

function cursorFields({ name, lineage_id, not_after, state_at }: DomainRow, sort: DomainSort): string[] {
  const at = sort === "expires" ? not_after : sort === "state-changed" ? state_at : null;
  return [name, lineage_id, at === null ? "" : String(at)];
}

function placeOf(fields: readonly string[] | null): DomainPlace | null {
  if (fields === null) return null;
  const [name = "", lineageId = "", at = ""] = fields;
  if (!isRowId(lineageId) || !/^(\d{1,16})?$/.test(at))
    throw new Refusal("invalid-cursor", "The cursor in `after` is damaged.");
  return { name, lineageId, at: at === "" ? null : instant(Number(at)) };
}

/** Of everybody's domains there are too many to be counted for each look. */
async function totalOf(db: Db, filter: DomainFilter): Promise<Total> {
  const { count, isExact } = await countDomains(db, filter);
  if (isExact) return { count, kind: "exact" };
  const isAll = Object.entries(anyDomain).every(
    ([part, none]) => filter[part as keyof DomainFilter] === none,
  );
  const survey = isAll ? await readSurvey(db) : null;
  return survey === null ? { count, kind: "at-least" } : { count: survey.counts.domains, kind: "about" };
}
