/**
 * The weekly report, as an event that webhooks tell: what fails, and what the week has changed. What a look costs when none is
 * due is one row.
 */
import { days, endOfWeek, type Instant, instant, type WeekHour } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "./database.ts";
import { countChanges } from "./read/changes.ts";
import { countFailing, type FailingGroup } from "./read/failing.ts";

const mostReasons = 100;
const mostGroups = 10_000;

/**
 * Tells of the week that ended last, when it was not told yet; of those before it, which no process lived to tell,
 * nothing. Safe from any number of processes at once.
 *
 * @returns whether it was told.
 */
export async function tellWeek(db: Db, weekHour: WeekHour, now: Instant): Promise<boolean> {
  const until = endOfWeek(weekHour, now);
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql`
      select 1 from weekly_report where told_until < ${timestamp(until)} for update skip locked`.execute(trx);
    if (rows.length === 0) return false;
    const detail = JSON.stringify(await weekOf(trx, until, now));
    await sql`
      insert into event (at, kind, detail) values (${timestamp(now)}, 'report.weekly', ${detail}::jsonb)`.execute(
      trx,
    );
    await sql`update weekly_report set told_until = ${timestamp(until)}`.execute(trx);
    return true;
  });
}

/** `reasons` are the largest; the sums are of all. */
async function weekOf(db: Db, until: Instant, now: Instant) {
  const since = instant(until - days(7));
  const filter = { reason: null, tenant: null, campaign: null, ca: null };
  const groups = await countFailing(db, { by: "reason", filter, limit: mostGroups, now });
  const sum = (count: (group: FailingGroup) => number): number =>
    groups.reduce((total, group) => total + count(group), 0);
  return {
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    failing: {
      certificates: sum(({ certificates }) => certificates),
      domains: sum(({ domains }) => domains),
      renewals: sum(({ renewals }) => renewals),
    },
    reasons: groups.slice(0, mostReasons).map(({ key, certificates, domains, renewals, examples }) => ({
      reason: key,
      certificates,
      domains,
      renewals,
      examples,
    })),
    changes: await countChanges(db, { since, until, tenant: null }),
  };
}
