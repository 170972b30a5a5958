/** The whole overview, from what is counted: a few statements, whatever the fleet is. */
import type { Overview } from "@certmill/api";
import { days, domainStates, type Instant, instant, workClasses } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type CaRow, listCas } from "../../store/read/cas.ts";
import { listCaLoads } from "../../store/read/status.ts";
import { readEdgeTrouble, readOverdue } from "../../store/read/trouble.ts";
import { countFailingWebhooks } from "../../store/read/webhooks.ts";
import { type FleetCounts, readSurvey, type Survey } from "../../store/survey.ts";
import { caState, statusPage } from "../present/ca-state.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { accountBudget } from "../resource/budgets.ts";
import { alertsOf } from "./alerts.ts";
import { readIssuanceByCa, readTimes } from "./times.ts";

const mostCas = 1_000;
const mostBehind = 20;
const shownDays = 90;

export async function readOverview(db: Db, now: Instant): Promise<Overview> {
  const { takenAt, counts } = (await readSurvey(db)) ?? untaken;
  const asOf = instantText(takenAt);
  const rows = await listCas(db, { after: null, limit: mostCas });
  const cas = await readStandings(db, rows, now);
  const edges = await readEdges(db, { asOf, counts, now });
  const queue = { asOf, classes: workClasses.map((each) => queueClass(each, counts)) };
  const { expiring, ended, late, lateSince } = counts;
  const signs = { cas, queue, edges, expiring, ended, late, lateSince, now };
  return {
    at: instantText(now),
    alerts: alertsOf({
      ...signs,
      overdue: await readOverdue(db, now),
      failingWebhooks: await countFailingWebhooks(db),
    }),
    domains: { asOf, total: counts.domains, byState: inOrder(counts.byState) },
    ...(await readTimes(db, now)),
    issuance: await readIssuanceByCa(db, rows, now),
    queue,
    cas,
    expiries: { asOf, ended, days: daysAhead(counts, takenAt === instant(0) ? now : takenAt) },
    edges,
  };
}

/** Of a life; PostgreSQL keeps them in another one. */
const inOrder = (byState: FleetCounts["byState"]): Overview["domains"]["byState"] =>
  Object.fromEntries(domainStates.map((state) => [state, byState[state]])) as FleetCounts["byState"];

/** Until the first survey, which is taken within seconds of the first start. */
const untaken: Survey = {
  takenAt: instant(0),
  counts: {
    domains: 0,
    byState: Object.fromEntries(domainStates.map((state) => [state, 0])) as FleetCounts["byState"],
    ended: 0,
    ending: {},
    late: 0,
    lateSince: null,
    expiring: 0,
    queue: Object.fromEntries(
      workClasses.map((each) => [each, { waiting: 0, parked: 0, oldest: null }]),
    ) as FleetCounts["queue"],
    undelivered: 0,
    undeliveredSince: null,
  },
};

function queueClass(workClass: (typeof workClasses)[number], { queue }: FleetCounts) {
  const { waiting, parked, oldest } = queue[workClass];
  return { class: workClass, waiting, parked, oldestAt: instantTextOrNull(oldest) };
}

async function readStandings(db: Db, rows: readonly CaRow[], now: Instant): Promise<Overview["cas"]> {
  const loads = new Map((await listCaLoads(db)).map(({ name, in_flight }) => [name, Number(in_flight)]));
  const standings: Overview["cas"] = [];
  for (const row of rows) {
    standings.push({
      ca: row.name,
      ...caState(row, now),
      ordersInFlight: loads.get(row.name) ?? 0,
      statusPage: statusPage(row),
      budget: await accountBudget(db, row, now),
    });
  }
  return standings;
}

async function readEdges(
  db: Db,
  { asOf, counts, now }: { asOf: string; counts: FleetCounts; now: Instant },
): Promise<Overview["edges"]> {
  const { total, silent, refusing, behind } = await readEdgeTrouble(db, { most: mostBehind, now });
  return {
    asOf,
    total,
    silent,
    refusing,
    waiting: counts.undelivered,
    oldestWaitingAt: instantTextOrNull(counts.undeliveredSince),
    behind: behind.map(({ name, group, last_seen_at, ...each }) => ({
      edge: name,
      group,
      lastSeenAt: instantText(last_seen_at),
      ...each,
    })),
  };
}

/** Every day, those on which nothing ends among them. */
const daysAhead = ({ ending }: FleetCounts, from: Instant): Overview["expiries"]["days"] =>
  Array.from({ length: shownDays }, (_, at) => {
    const day = instantText(instant(from + days(at))).slice(0, 10);
    return { day, certificates: ending[day] ?? 0 };
  });
