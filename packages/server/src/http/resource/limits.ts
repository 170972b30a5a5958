import { type LimitRule, limitNames, type NewLimit, type Operations } from "@certmill/api";
import {
  effectiveLimit,
  type Instant,
  instant,
  isLimitName,
  type Limit,
  normaliseName,
  registeredDomain,
  seconds,
} from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type CaRow, listCas } from "../../store/read/cas.ts";
import { findOverride, listOverrides, type OverrideRow } from "../../store/read/limits.ts";
import { deleteOverride, insertOverride } from "../../store/write/limits.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { builtInLimits, limitRules, overrideOf, overrideRule, stateOf } from "../present/limit-rules.ts";
import { limitWarnings } from "../present/limit-warnings.ts";
import { oneFault, Refusal } from "../refusal.ts";
import { withAnswerKept } from "../repeatable.ts";
import type { Handler } from "../routes.ts";
import { wantedCa } from "../wanted/wanted-ca.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

export function setLimitHandler({ db, now }: Tools): Handler<Operations["setLimit"]> {
  return async ({ body, repeatable }) => {
    const at = now();
    const key = keyOf(body);
    const startsAt = body.startsAt === undefined ? at : instant(Date.parse(body.startsAt));
    const rule = { burst: body.burst, count: body.count, period: seconds(body.periodSeconds) };
    return withAnswerKept<Operations["setLimit"]>(db, repeatable, at, async (trx) => {
      const ca = await wantedCa(trx, body.ca);
      const { limit, note = null } = body;
      const before = (await listOverrides(trx, [ca.id])).filter(({ limit_name }) => limit_name === limit);
      const override = { caId: ca.id, ca: ca.name, limit, key, rule, startsAt, note };
      const row = await findOverride(trx, await insertOverride(trx, override, at));
      if (row === null) throw new Error("A limit vanished right after it was stored.");
      const replaced = ruleBefore(ca, before, row, at);
      return {
        status: 201,
        body: {
          rule: overrideRule(row, limit, stateOf(row, [...before, row], at)),
          warnings: [...limitWarnings(rule, replaced)],
        },
      };
    });
  };
}

/** What held for the key, or will by then, without this override. */
function ruleBefore(ca: CaRow, before: readonly OverrideRow[], row: OverrideRow, now: Instant): Limit | null {
  if (!isLimitName(row.limit_name)) return null;
  return effectiveLimit({
    builtIn: builtInLimits(ca),
    overrides: before.flatMap(overrideOf),
    limit: row.limit_name,
    key: row.key ?? "",
    now: instant(Math.max(now, row.starts_at)),
  });
}

/** @throws {Refusal} when it is none that the limit counts by. */
function keyOf({ limit, key }: NewLimit): string | null {
  if (key === undefined) return null;
  if (limit !== "new-certificates-per-registered-domain")
    throw oneFault("/key", "Only new-certificates-per-registered-domain is set by key: leave it out.");
  const normalised = normaliseName(key, "public");
  if (!normalised.ok) throw oneFault("/key", normalised.reason);
  const registered = registeredDomain(normalised.name);
  if (registered !== normalised.name)
    throw oneFault("/key", `${normalised.name} counts for ${registered}: give that.`);
  return registered;
}

export function listLimitsHandler({ db, now }: Tools): Handler<Operations["listLimits"]> {
  return async ({ query: { after, limit = defaultLimit, ca } }) => {
    const cursor = decodeCursor("limits", 3, after);
    const cas = ca === undefined ? await listCas(db, allCas) : [await wantedCa(db, ca)];
    const overrides = await listOverrides(
      db,
      cas.map(({ id }) => id),
    );
    const at = now();
    const rules = cas.flatMap((each) =>
      limitRules(
        each,
        overrides.filter(({ ca_id }) => ca_id === each.id),
        at,
      ),
    );
    const rest = cursor === null ? rules : rules.filter((rule) => comesAfter(rule, cursor));
    return {
      status: 200,
      body: pageOf(
        rest,
        limit,
        (rule) => rule,
        (rule) => encodeCursor("limits", placeOf(rule)),
      ),
    };
  };
}

/** There are as many CAs as an operator has contracts. */
const allCas = { after: null, limit: 10_000 } as const;

const placeOf = ({ ca, limit, id }: LimitRule): [ca: string, limit: string, id: string] => [
  ca,
  limit,
  id ?? "0",
];

/** Whether a rule comes after the place that a cursor tells, which may have been removed meanwhile. */
function comesAfter(rule: LimitRule, [ca = "", limit = "", id = ""]: readonly string[]): boolean {
  if (rule.ca !== ca) return rule.ca > ca;
  const order: readonly string[] = limitNames;
  if (rule.limit !== limit) return order.indexOf(rule.limit) > order.indexOf(limit);
  return Number(rule.id ?? 0) > Number(id);
}

export function removeLimitHandler({ db, now }: Tools): Handler<Operations["removeLimit"]> {
  return async ({ params: { id } }) =>
    db.transaction().execute(async (trx) => {
      const row = await findOverride(trx, id);
      if (row === null || !isLimitName(row.limit_name))
        throw new Refusal(
          "not-found",
          `There is no limit ${id} that was set; those that were have an id in the list.`,
        );
      const rows = (await listOverrides(trx, [row.ca_id])).filter(
        ({ limit_name }) => limit_name === row.limit_name,
      );
      const own = rows.find((each) => each.id === row.id) ?? row;
      const removed = overrideRule(row, row.limit_name, stateOf(own, rows, now()));
      const scope = { caId: row.ca_id, ca: row.ca, limit: row.limit_name, key: row.key };
      await deleteOverride(trx, { id: row.id, ...scope }, now());
      return { status: 200, body: removed };
    });
}
