import type { DomainFilter as AskedFilter, DomainAction, Operations } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import {
  cancelDomainAction,
  countChosen,
  type DomainActionRow,
  findDomainAction,
  insertDomainAction,
  listDomainActions,
} from "../../store/domain-actions.ts";
import { anyDomain, type DomainFilter } from "../../store/read/domain-filter.ts";
import { isRowId } from "../../store/row-id.ts";
import { byWhom, tenantIdOf } from "../caller/caller.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { domainFilterOf } from "../domain-filter.ts";
import type { CheckNames } from "../ports.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { Refusal } from "../refusal.ts";
import { withAnswerKept } from "../repeatable.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  /** Null: names are not checked. */
  readonly check: CheckNames | null;
}

export function createDomainActionHandler({
  db,
  now,
  check,
}: Tools): Handler<Operations["createDomainAction"]> {
  return async ({ body: { action, filter: asked, dryRun = false, atMost }, caller, repeatable }) => {
    if (action === "check" && check === null) throw new Refusal("checks-off", "This server checks no names.");
    const filter = domainFilterOf(asked, tenantIdOf(caller)) ?? nothing;
    // Not in the transaction: it may take a second, for which all who follow the feed would wait.
    const chosen = await countChosen(db, filter);
    const { certificates, domains, examples } = chosen;
    if (dryRun)
      return { status: 200, body: { dryRun, action, certificates, domains, examples: [...examples] } };
    if (atMost !== undefined && certificates > atMost)
      throw new Refusal(
        "more-than-expected",
        `It is about ${certificates} certificates, and at most ${atMost} are expected.`,
      );
    return withAnswerKept<Operations["createDomainAction"]>(db, repeatable, now(), async (trx) => {
      const wanted = { action, filter, chosen, by: byWhom(caller), now: now() };
      const id = await insertDomainAction(trx, wanted);
      return { status: 201, body: present(await wantedAction(trx, id)) };
    });
  };
}

/** What no name can be meant by. */
const nothing: DomainFilter = { ...anyDomain, names: [] };

export function listDomainActionsHandler({
  db,
}: Pick<Tools, "db">): Handler<Operations["listDomainActions"]> {
  return async ({ query: { after, limit = defaultLimit } }) => {
    const before = decodeCursor("domain-actions", 1, after)?.[0] ?? null;
    if (before !== null && !isRowId(before)) throw new Refusal("invalid-cursor", "The cursor is damaged.");
    const rows = await listDomainActions(db, { before, limit: limit + 1 });
    return {
      status: 200,
      body: pageOf(rows, limit, present, ({ id }) => encodeCursor("domain-actions", [id])),
    };
  };
}

export function showDomainActionHandler({ db }: Pick<Tools, "db">): Handler<Operations["showDomainAction"]> {
  return async ({ params: { id } }) => ({ status: 200, body: present(await wantedAction(db, id)) });
}

export function cancelDomainActionHandler({
  db,
  now,
}: Pick<Tools, "db" | "now">): Handler<Operations["cancelDomainAction"]> {
  return async ({ params: { id } }) => {
    const { state } = await wantedAction(db, id);
    const isCancelled = await cancelDomainAction(db, id, now());
    const after = await wantedAction(db, id);
    if (!isCancelled && state !== "cancelled" && after.state === "done")
      throw new Refusal("domain-action-ended", `The action ${id} was done already.`);
    return { status: 200, body: present(after) };
  };
}

/** @throws {Refusal} `not-found` */
async function wantedAction(db: Db, id: string): Promise<DomainActionRow> {
  const row = isRowId(id) ? await findDomainAction(db, id) : null;
  if (row === null) throw new Refusal("not-found", `There is no action ${id}.`);
  return row;
}

function present(row: DomainActionRow): DomainAction {
  const { id, action, state, size, domains, done, skipped } = row;
  return {
    dryRun: false,
    id,
    action,
    filter: presentFilter(row.filter),
    state,
    certificates: size,
    domains,
    done,
    skipped,
    createdBy: "token" in row.created_by ? row.created_by.token : row.created_by.person,
    createdAt: instantText(row.created_at),
    endedAt: instantTextOrNull(row.ended_at),
  };
}

/** As it was asked for. */
function presentFilter({ expiresAfter, expiresBefore, ...filter }: DomainFilter): AskedFilter {
  const given = Object.entries(filter).filter(([part, value]) => value !== null && part !== "tenantId");
  return {
    ...(Object.fromEntries(given) as AskedFilter),
    ...(expiresAfter === null ? {} : { expiresAfter: instantText(expiresAfter) }),
    ...(expiresBefore === null ? {} : { expiresBefore: instantText(expiresBefore) }),
  };
}
