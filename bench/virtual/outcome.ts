/** What came of a run, from its database and from the samples of its CAs. */
import { after, days, hours, type Instant, instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../../packages/server/src/store/database.ts";
import type { RunCa } from "./run-cas.ts";
import type { Scenario } from "./scenario.ts";
import type { CaSample, Sample } from "./weather.ts";

export interface Outcome {
  /** Requests that a CA refused for a limit that a ledger can know. */
  readonly avoidableRefusals: number;
  /** Of the orders that the CAs allowed while a campaign's domain waited, those made; null: none ever waited. */
  readonly budgetUsed: number | null;
  /** Domains of the list that could get a certificate, and how many of them have one. */
  readonly issuable: number;
  readonly enrolled: number;
  /** From the campaign's beginning until the last issuable domain had its certificate, in ms; null: one has none. */
  readonly finishedAfter: number | null;
  /** 99 % of new customers waited no longer for their certificates, in ms; null: there was none. */
  readonly interactiveP99: number | null;
  /** Certificates that ended before the next was there. */
  readonly expired: number;
  /** Domains that waited over twice as long as their class does on average, and over an hour. */
  readonly starved: number;
  /** How often the campaign paused itself and waited for a person, who never came. */
  readonly pauses: number;
}

export interface Finished {
  readonly db: Db;
  readonly scenario: Scenario;
  readonly start: Instant;
  readonly samples: readonly Sample[];
  readonly cas: readonly [RunCa, RunCa];
}

export async function outcomeOf(finished: Finished): Promise<Outcome> {
  const { db, start } = finished;
  return {
    avoidableRefusals: avoidableRefusals(finished),
    budgetUsed: budgetUsed(finished),
    ...(await enrolment(db, start)),
    interactiveP99: await interactiveP99(db, start),
    expired: await countExpired(db, after(start, finished.scenario.length)),
    starved: await countStarved(finished),
    pauses: await countPauses(db),
  };
}

/** Two samples that follow each other, as one CA has them. */
interface Hour {
  readonly from: Instant;
  readonly to: Instant;
  readonly waiting: boolean;
  readonly before: CaSample;
  readonly after: CaSample;
}

function hoursOf(samples: readonly Sample[], ca: 0 | 1): Hour[] {
  return samples.flatMap((sample, index) => {
    const next = samples[index + 1];
    if (next === undefined) return [];
    const waiting = sample.waiting && next.waiting;
    return [{ from: sample.at, to: next.at, waiting, before: sample.cas[ca], after: next.cas[ca] }];
  });
}

/** Until the limit that was hit is full again, what a storm has done is not over. */
const stormShadow = hours(3);

function isUsual({ scenario, start }: Finished, ca: 0 | 1, { from, to }: Hour): boolean {
  const { from: at, length } = ca === 0 ? scenario.storm : scenario.outage;
  const began = after(start, at);
  return to <= began || from >= after(after(began, length), ca === 0 ? stormShadow : hours(1));
}

function avoidableRefusals(finished: Finished): number {
  let refused = 0;
  for (const ca of [0, 1] as const) {
    for (const hour of hoursOf(finished.samples, ca)) {
      if (isUsual(finished, ca, hour)) refused += hour.after.refused - hour.before.refused;
    }
  }
  return refused;
}

function budgetUsed(finished: Finished): number | null {
  let spent = 0;
  let offered = 0;
  for (const ca of [0, 1] as const) {
    let until: Instant | null = null;
    for (const hour of hoursOf(finished.samples, ca)) {
      if (!hour.waiting || !isUsual(finished, ca, hour)) continue;
      const { from, to, before, after: later } = hour;
      const { count, period } = finished.cas[ca].orders(from);
      // What was left over from a time when nobody waited, or is there at once with a larger limit.
      if (until !== from || begins(finished, ca, from)) offered += before.left;
      offered += ((to - from) * count) / period;
      spent += later.spent - before.spent;
      until = to;
    }
  }
  return offered === 0 ? null : spent / offered;
}

/** Whether another limit of orders holds from this instant on. */
const begins = ({ cas }: Finished, ca: 0 | 1, at: Instant): boolean =>
  cas[ca].orders(at).count !== cas[ca].orders(instant(at - 1)).count;

async function enrolment(db: Db, start: Instant) {
  const { rows } = await sql<{ issuable: string; enrolled: string; finished: Instant | null }>`
    select count(*) as issuable, count(first.at) as enrolled, max(first.at) as finished
    from lineage, lateral (select min(stored_at) as at from certificate where lineage_id = lineage.id) first
    where campaign_id is not null and names[1] !~ '^never-'`.execute(db);
  const { issuable, enrolled, finished } = rows[0] ?? { issuable: "0", enrolled: "0", finished: null };
  return {
    issuable: Number(issuable),
    enrolled: Number(enrolled),
    finishedAfter: finished === null || enrolled !== issuable ? null : finished - start,
  };
}

async function interactiveP99(db: Db, start: Instant): Promise<number | null> {
  const { rows } = await sql<{ p99: number | null }>`
    select percentile_disc(0.99) within group (order by extract(epoch from stored.at - lineage.created_at) * 1000)::float8
      as p99
    from lineage, lateral (
      select min(stored_at) as at from certificate where lineage_id = lineage.id
    ) stored
    where lineage.created_at >= ${timestamp(start)} and campaign_id is null and stored.at is not null`.execute(
    db,
  );
  return rows[0]?.p99 ?? null;
}

async function countExpired(db: Db, end: Instant): Promise<number> {
  const { rows } = await sql<{ expired: string }>`
    select count(*) as expired from (
      select not_after, coalesce(lead(stored_at) over (partition by lineage_id order by id), ${timestamp(end)}) as next
      from certificate
    ) each where next > not_after`.execute(db);
  return Number(rows[0]?.expired ?? 0);
}

async function countPauses(db: Db): Promise<number> {
  const { rows } = await sql<{ pauses: string }>`
    select count(*) as pauses from event where kind = 'campaign.paused'`.execute(db);
  return Number(rows[0]?.pauses ?? 0);
}

/** A first certificate is waited for from the domain's adding, or from when its DNS is right; the next since it is due. */
async function countStarved({ db, scenario, start }: Finished): Promise<number> {
  const end = timestamp(after(start, scenario.length));
  const right = timestamp(after(start, scenario.rightFrom));
  const { rows } = await sql<{ starved: string }>`
    with first as (
      select case when campaign_id is null then 'interactive' else 'campaign' end as class,
        greatest(created_at, case when names[1] ~ '^later-' then ${right}::timestamptz end) as since,
        (select min(stored_at) from certificate where lineage_id = lineage.id) as till
      from lineage where names[1] !~ '^never-' and created_at >= ${timestamp(start)}
    ), waited as (
      select class, extract(epoch from coalesce(till, ${end}) - since) as seconds from first
      where till is not null or since < ${timestamp(after(start, days(scenario.length / days(1) - 1)))}
    ), mean as (
      select class, avg(seconds) as seconds from waited group by class
    )
    select count(*) as starved from waited join mean using (class)
    where waited.seconds > greatest(2 * mean.seconds, 3600)`.execute(db);
  return Number(rows[0]?.starved ?? 0);
}
