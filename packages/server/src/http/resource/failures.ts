import type { Failure, FailureGroup, Operations } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import {
  countFailing,
  type FailingFilter,
  type FailingGroup,
  type FailingRow,
  type FailureGrouping,
  listFailing,
} from "../../store/read/failing.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { failureWords } from "../present/failure-words.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

const mostGroups = 1_000_000;

/** Of all groups, so that the sums are of all, too. */
export function reportFailuresHandler({ db, now }: Tools): Handler<Operations["reportFailures"]> {
  return async ({ query: { by = "reason", limit = defaultLimit, ...wanted } }) => {
    const groups = await countFailing(db, { by, filter: filterOf(wanted), limit: mostGroups, now: now() });
    const sum = (count: (group: FailingGroup) => number): number =>
      groups.reduce((total, group) => total + count(group), 0);
    return {
      status: 200,
      body: {
        certificates: sum(({ certificates }) => certificates),
        domains: sum(({ domains }) => domains),
        renewals: sum(({ renewals }) => renewals),
        new: sum(({ recent }) => recent),
        groups: groups.slice(0, limit).map((group) => presentGroup(group, by)),
        more: groups.length > limit,
      },
    };
  };
}

export function listFailuresHandler({ db }: Pick<Tools, "db">): Handler<Operations["listFailures"]> {
  return async ({ query: { after, limit = defaultLimit, ...wanted } }) => {
    const cursor = decodeCursor("failures", 1, after)?.[0] ?? null;
    if (cursor !== null && !/^\d{1,18}$/.test(cursor))
      throw new Refusal("invalid-cursor", "The cursor in `after` is damaged.");
    const rows = await listFailing(db, { filter: filterOf(wanted), after: cursor, limit: limit + 1 });
    return {
      status: 200,
      body: pageOf(rows, limit, present, ({ id }) => encodeCursor("failures", [id])),
    };
  };
}

type WantedFailures = Partial<Record<keyof FailingFilter, string>>;

const filterOf = (wanted: WantedFailures): FailingFilter => ({
  reason: wanted.reason ?? null,
  tenant: wanted.tenant ?? null,
  campaign: wanted.campaign ?? null,
  ca: wanted.ca ?? null,
});

function presentGroup(group: FailingGroup, by: FailureGrouping): FailureGroup {
  const { key, finding, recent, oldest, examples, certificates, domains, renewals } = group;
  const words = by === "reason" && key !== null ? failureWords(key, finding) : null;
  return {
    key,
    party: words?.party ?? null,
    acts: words?.acts ?? null,
    anotherCa: words?.anotherCa ?? null,
    anotherChallenge: words?.anotherChallenge ?? null,
    sentence: words?.sentence ?? null,
    certificates,
    domains,
    renewals,
    new: recent,
    oldest: instantText(oldest),
    examples: [...examples],
  };
}

function present(row: FailingRow): Failure {
  const { id, names, tenant, campaign, ca, reason, finding, failures } = row;
  const { party, sentence, acts, anotherCa, anotherChallenge } = failureWords(reason, finding);
  return {
    id,
    names,
    tenant,
    campaign,
    ca,
    reason,
    party,
    acts,
    anotherCa,
    anotherChallenge,
    sentence,
    detail: finding === null ? row.failure_detail : null,
    renewal: row.certificate_id !== null,
    failures,
    failingSince: instantText(row.since),
    nextTryAt: instantTextOrNull(row.wake_at),
    nextCheckAt: instantTextOrNull(row.check_at),
  };
}
