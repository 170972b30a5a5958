/** A CA's limits as the API lists them: the built-in ones and what was set, and which of them hold. */
import { type LimitRule, type LimitSetName, limitNames } from "@certmill/api";
import {
  effectiveLimit,
  type Instant,
  isLimitName,
  isLimitSetName,
  type Limit,
  type LimitName,
  type LimitOverride,
  type Limits,
  limitSets,
  milliseconds,
} from "@certmill/domain";
import type { CaRow } from "../../store/read/cas.ts";
import type { OverrideRow } from "../../store/read/limits.ts";
import { instantText } from "./instant-text.ts";

export type CaLimits = Pick<CaRow, "name" | "limit_set">;

/** The API's names are the domain's: neither compiles without the other. */
export const limitSetOfRow = ({ limit_set: name }: Pick<CaRow, "limit_set">): LimitSetName =>
  isLimitSetName(name) ? name : "none";

export const builtInLimits = (ca: Pick<CaRow, "limit_set">): Limits => limitSets[limitSetOfRow(ca)].limits;

const ruleOf = ({ burst, count, period_ms }: OverrideRow): Limit => ({
  burst,
  count,
  period: milliseconds(Number(period_ms)),
});

/** As the domain's rules take it; none for a limit that this version does not know. */
export function overrideOf(row: OverrideRow): readonly LimitOverride[] {
  const { limit_name: limit, key, starts_at: startsAt } = row;
  return isLimitName(limit) ? [{ limit, key, rule: ruleOf(row), startsAt }] : [];
}

/**
 * @param overrides of this CA, the oldest first.
 * @returns by limit, the built-in first.
 */
export function limitRules(ca: CaLimits, overrides: readonly OverrideRow[], now: Instant): LimitRule[] {
  return limitNames.flatMap((limit) => {
    const rows = overrides.filter(({ limit_name }) => limit_name === limit);
    return [
      ...builtInRule(ca, limit, rows, now),
      ...rows.map((row) => overrideRule(row, limit, stateOf(row, rows, now))),
    ];
  });
}

function builtInRule(
  ca: CaLimits,
  limit: LimitName,
  rows: readonly OverrideRow[],
  now: Instant,
): LimitRule[] {
  const rule = builtInLimits(ca)[limit];
  if (rule === undefined) return [];
  const isReplaced = rows.some(({ key, starts_at }) => key === null && starts_at <= now);
  return [
    {
      id: null,
      ca: ca.name,
      limit,
      key: null,
      ...presentRule(rule),
      source: "built-in",
      state: isReplaced ? "replaced" : "holds",
      startsAt: null,
      note: null,
    },
  ];
}

export const overrideRule = (row: OverrideRow, limit: LimitName, state: LimitRule["state"]): LimitRule => ({
  id: row.id,
  ca: row.ca,
  limit,
  key: row.key,
  ...presentRule(ruleOf(row)),
  source: "override",
  state,
  startsAt: instantText(row.starts_at),
  note: row.note,
});

/** @param rows of the same CA and limit, the oldest first. */
export function stateOf(row: OverrideRow, rows: readonly OverrideRow[], now: Instant): LimitRule["state"] {
  if (row.starts_at > now) return "starts";
  const overrides = rows.filter(({ key }) => key === row.key).flatMap(overrideOf);
  const index = rows.filter(({ key }) => key === row.key).indexOf(row);
  const own = overrides[index];
  if (own === undefined) return "holds";
  const rule = effectiveLimit({ builtIn: {}, overrides, limit: own.limit, key: row.key ?? "", now });
  return rule === own.rule ? "holds" : "replaced";
}

export const presentRule = ({ burst, count, period }: Limit) => ({
  burst,
  count,
  periodSeconds: Math.round(period / 1_000),
});
