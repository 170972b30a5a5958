/** How long things took and what came of them, from what is counted by the hour. */
import type { Overview, Slo } from "@certmill/api";
import {
  days,
  hourOf,
  hours,
  type Instant,
  instant,
  quantileOf,
  servedObjective,
  stepNames,
  type WorkClass,
  workClasses,
} from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import {
  type DurationCount,
  type IssuanceCount,
  readDurations,
  readInTime,
  readIssuance,
  readTalliedTime,
  type TallyWindow,
} from "../../store/read/tallied.ts";
import { instantText } from "../present/instant-text.ts";

/** So many hours, the one that has begun among them. */
const lastHours = (count: number, now: Instant): TallyWindow => {
  const to = instant(hourOf(now) + hours(1));
  return { from: instant(to - hours(count)), to };
};

const weekBefore = ({ from, to }: TallyWindow): TallyWindow => ({
  from: instant(from - days(7)),
  to: instant(to - days(7)),
});

const wholeDay = 24;

/** The places of the windows that are compared. */
const [today, lastWeek] = [0, 1];

const timeToCertificate = "time-to-certificate";

export async function readTimes(
  db: Db,
  now: Instant,
): Promise<Pick<Overview, "tallied" | "timeToCertificate" | "steps">> {
  const window = lastHours(wholeDay, now);
  const measures = [timeToCertificate, ...stepNames.map((step) => `step ${step}`)];
  const counts = await readDurations(db, measures, [window, weekBefore(window)]);
  const of = (measure: string, workClass: WorkClass | null) =>
    compared(
      counts.filter(
        (each) => each.measure === measure && (workClass === null || each.workClass === workClass),
      ),
    );
  return {
    tallied: await readTallied(db),
    timeToCertificate: {
      all: of(timeToCertificate, null),
      byClass: workClasses.map((workClass) => ({ class: workClass, ...of(timeToCertificate, workClass) })),
    },
    steps: stepNames.map((step) => ({ step, ...of(`step ${step}`, null) })),
  };
}

async function readTallied(db: Db): Promise<Overview["tallied"]> {
  const { since, until } = await readTalliedTime(db);
  return { since: instantText(since), until: instantText(until) };
}

type Compared = Pick<Overview["steps"][number], "today" | "lastWeek">;

const compared = (counts: readonly DurationCount[]): Compared => ({
  today: quantiles(counts.filter(({ window }) => window === today)),
  lastWeek: quantiles(counts.filter(({ window }) => window === lastWeek)),
});

const quantiles = (counts: readonly DurationCount[]): Compared["today"] => ({
  count: counts.reduce((sum, { count }) => sum + count, 0),
  p50Ms: quantileOf(counts, 0.5),
  p95Ms: quantileOf(counts, 0.95),
  p99Ms: quantileOf(counts, 0.99),
});

const mostCodes = 10;

export async function readIssuanceByCa(
  db: Db,
  cas: readonly { readonly id: string; readonly name: string }[],
  now: Instant,
): Promise<Overview["issuance"]> {
  const chart = lastHours(wholeDay + 1, now);
  const window = lastHours(wholeDay, now);
  const counts = await readIssuance(db, chart);
  const before = await readIssuance(db, weekBefore(window));
  return cas.map(({ id, name }) => {
    const ofCa = counts.filter(({ caId }) => caId === id);
    const last = ofCa.filter(({ hour }) => hour >= window.from);
    const earlier = before.filter(({ caId }) => caId === id);
    return {
      ca: name,
      ...issuedAndFailed(last),
      issuedLastWeek: issuedAndFailed(earlier).issued,
      failedLastWeek: issuedAndFailed(earlier).failed,
      failures: failuresByCode(last),
      hours: Array.from({ length: wholeDay + 1 }, (_, at) => {
        const hour = instant(chart.from + hours(at));
        return { hour: instantText(hour), ...issuedAndFailed(ofCa.filter((each) => each.hour === hour)) };
      }),
    };
  });
}

const sum = (counts: readonly { readonly count: number }[]): number =>
  counts.reduce((total, { count }) => total + count, 0);

const issuedAndFailed = (counts: readonly IssuanceCount[]) => ({
  issued: sum(counts.filter(({ failure }) => failure === null)),
  failed: sum(counts.filter(({ failure }) => failure !== null)),
});

function failuresByCode(counts: readonly IssuanceCount[]): Overview["issuance"][number]["failures"] {
  const codes = Map.groupBy(counts, ({ failure }) => failure);
  return [...codes]
    .flatMap(([code, members]) => (code === null ? [] : [{ code, count: sum(members) }]))
    .toSorted((a, b) => b.count - a.count || a.code.localeCompare(b.code))
    .slice(0, mostCodes);
}

const sloDays = [1, 7, 30];

export async function readSlo(db: Db, now: Instant): Promise<Slo> {
  const counts = await readInTime(
    db,
    sloDays.map((each) => lastHours(each * wholeDay, now)),
  );
  return {
    objectiveSeconds: servedObjective / 1_000,
    tallied: await readTallied(db),
    windows: sloDays.map((each, window) => {
      const ofWindow = counts.filter((count) => count.window === window);
      return {
        days: each,
        all: shareOf(ofWindow),
        byClass: workClasses.map((workClass) => ({
          class: workClass,
          ...shareOf(ofWindow.filter((count) => count.workClass === workClass)),
        })),
      };
    }),
  };
}

function shareOf(counts: readonly { readonly issued: number; readonly inTime: number }[]) {
  const certificates = counts.reduce((total, { issued }) => total + issued, 0);
  const inTime = counts.reduce((total, each) => total + each.inTime, 0);
  return { certificates, inTime, share: certificates === 0 ? null : inTime / certificates };
}
