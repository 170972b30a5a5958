import type { Replacement } from "@certmill/api";
import {
  after,
  days,
  fullBucket,
  type Instant,
  type PlannedCa,
  planReplacement,
  type ReplacementPlan,
  type RevocationReason,
} from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import {
  countReplacement,
  countRevocations,
  type ReplacementCounts,
  type ReplacementRow,
  readReplacedPerDay,
} from "../../store/read/replacements.ts";
import { countListed, countSelected, isList } from "../../store/read/selection.ts";
import { readPlannedCas } from "../planned-cas.ts";
import { instantText, instantTextOrNull } from "./instant-text.ts";

/** A replacement with its counts, its plan and, while it has something to do, its end. */
export async function describeReplacement(db: Db, row: ReplacementRow, now: Instant): Promise<Replacement> {
  const plan = row.state === "draft" ? await planDraft(db, row, now) : row.plan;
  const counts = await countReplacement(db, row.id);
  const pace = await paceOf(db, row, { counts, plan, now });
  const { selection } = row;
  return {
    id: row.id,
    state: row.state,
    sentence: sentenceOf(row, counts),
    select: isList(selection)
      ? null
      : {
          ca: selection.ca ?? null,
          issuer: selection.issuer ?? null,
          key: selection.key ?? null,
          profile: selection.profile ?? null,
        },
    // The API's schema let no other in.
    reason: row.reason as RevocationReason,
    thenRevoke: row.then_revoke,
    refusesKeys: row.refuses_keys,
    certificates: { total: row.state === "draft" ? (plan?.certificates ?? 0) : row.size, ...counts },
    revocations: row.then_revoke ? await countRevocations(db, row.id) : null,
    plan: plan === null ? null : presentPlan(plan),
    ...pace,
    createdBy: row.created_by,
    createdAt: instantText(row.created_at),
    startedAt: instantTextOrNull(row.started_at),
    endedAt: instantTextOrNull(row.ended_at),
  };
}

/** Where imported certificates are from whose CA is none of those that are here: the pool takes their orders. */
const elsewhere: PlannedCa = {
  name: "",
  home: "",
  accountUrl: null,
  accountId: "",
  limitSet: "none",
  overrides: [],
  weight: 0,
  orders: fullBucket,
  mostOrdersInFlight: 1,
  outages: [],
};

/** What a draft comes to, as of now. */
export async function planDraft(
  db: Db,
  { id, selection }: ReplacementRow,
  now: Instant,
): Promise<ReplacementPlan> {
  const counted = isList(selection) ? await countListed(db, id) : await countSelected(db, selection);
  const cas = await readPlannedCas(db);
  const at = counted.map(({ ca_id: caId, certificates, same_names: sameNames, names }) => {
    const ca = cas.get(caId ?? "") ?? elsewhere;
    return { ca, certificates, sameNames, names };
  });
  return planReplacement(at, [...cas.values()], now);
}

const presentPlan = ({ certificates, perDay, shares, finishesAt }: ReplacementPlan) => ({
  certificates,
  perDay,
  shares: shares.map((share) => ({ ...share, finishesAt: instantTextOrNull(share.finishesAt) })),
  finishesAt: instantTextOrNull(finishesAt),
});

/** By what was seen of late; before that can be told, by the plan. */
async function paceOf(
  db: Db,
  { id, state, started_at: startedAt, is_chosen: isChosen }: ReplacementRow,
  facts: { readonly counts: ReplacementCounts; readonly plan: ReplacementPlan | null; readonly now: Instant },
): Promise<Pick<Replacement, "perDay" | "finishesAt">> {
  const { counts, plan, now } = facts;
  if (state === "draft") return { perDay: null, finishesAt: instantTextOrNull(plan?.finishesAt ?? null) };
  if (state !== "running" || startedAt === null) return { perDay: null, finishesAt: null };
  const seen = await readReplacedPerDay(db, { id, startedAt }, now);
  if (seen === null || !isChosen)
    return { perDay: seen, finishesAt: instantTextOrNull(plan?.finishesAt ?? null) };
  const left = counts.underway + counts.waiting;
  return { perDay: seen, finishesAt: instantText(after(now, days(left / seen))) };
}

function sentenceOf({ state, is_chosen: isChosen }: ReplacementRow, counts: ReplacementCounts): string {
  switch (state) {
    case "draft":
      return "It is a draft: nothing happens until it is started.";
    case "running":
      if (!isChosen) return "Its certificates are being chosen; the first are ordered already.";
      if (counts.waiting + counts.underway > 0)
        return "Its certificates are replaced before all other work, as fast as the limits allow.";
      return counts.failing > 0
        ? "What is left fails for now, and is tried again."
        : "All of its certificates are replaced; it ends in a moment.";
    case "paused":
      return "No further certificate becomes due.";
    case "cancelled":
      return "It was cancelled: what was not replaced is renewed in its time.";
    case "done":
      return counts.failing + counts.underway > 0
        ? "It has ended, though not all could be replaced: nothing but a person's act helps those that are left."
        : "All of its certificates are replaced.";
  }
}
