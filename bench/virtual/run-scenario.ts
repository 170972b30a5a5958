import { operations, type Plan } from "@certmill/api";
import { after, days, type Instant, instant } from "@certmill/domain";
import { cpuSeconds } from "../../tools/peers/cpu-seconds.ts";
import { beginCampaign, bringCustomers, historyOf, type Play } from "./actors.ts";
import { type Installation, startInstallation } from "./installation.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { askForPlan } from "./plan.ts";
import { type RunCa, startCas } from "./run-cas.ts";
import type { Upkeep } from "./run-config.ts";
import type { Scenario } from "./scenario.ts";
import { outage, type Sample, sample, storm, type Weather } from "./weather.ts";

export interface RunRequest {
  readonly scenario: Scenario;
  /** Empty. */
  readonly databaseUrl: string;
  /** Worker processes; 0: one worker in this process. */
  readonly workers: number;
  readonly tell: (line: string) => void;
}

export interface Run {
  readonly outcome: Outcome;
  /** Asked for when the run began; null: there was no list. */
  readonly plan: Plan | null;
  /** What it took, and how much of it all processes were at work, PostgreSQL too where this one has started it. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly steps: number;
  readonly orders: number;
  readonly issued: number;
}

/** The certificates that are there were issued in so many days before the run. */
const historyDays = 60;
const runStart = instant(Date.parse("2026-12-01T00:00:00Z"));

/**
 * Lets two months pass in which the existing certificates are issued, then runs the scenario.
 *
 * @throws when a worker logs an error, with the seed.
 */
export async function runScenario(request: RunRequest): Promise<Run> {
  try {
    return await run(request);
  } catch (error) {
    throw new Error(`The run with seed ${request.scenario.seed} failed.`, { cause: error });
  }
}

async function run({ scenario, databaseUrl, workers, tell }: RunRequest): Promise<Run> {
  const realStart = performance.now();
  const cpuBefore = cpuSeconds(process.pid);
  const historyStart = instant(runStart - (scenario.existing > 0 ? days(historyDays) : 0));
  const upkeep: Upkeep = { kind: "told", rightFrom: after(runStart, scenario.rightFrom) };
  await using opened = new AsyncDisposableStack();
  const installation = opened.use(
    await startInstallation({ databaseUrl, workers, start: historyStart, upkeep }),
  );
  const { call, db, hands, keyRing, conductor } = installation;
  const cas = await startCas({ db, hands, keyRing, scenario, start: runStart });
  for (const { sim } of cas) opened.use(sim);
  const play: Play = { call, clock: installation.stage.clock, scenario, start: runStart };
  await makeHistory(installation, scenario);
  tell(`${scenario.existing} certificates are there; ${scenario.domains} domains are to be enrolled.`);

  const samples: Sample[] = [];
  const weather: Weather = { clock: play.clock, scenario, start: runStart, cas };
  let plan: Plan | null = null;
  const act = async (): Promise<void> => {
    if (scenario.domains > 0) {
      plan = await askForPlan(play);
      tell(`The plan: done on ${plan.enrolment.finishesAt}, after ${plan.enrolment.days} days.`);
      await beginCampaign(play);
    }
    await Promise.all([bringCustomers(play), storm(weather), outage(weather), sample(db, weather, samples)]);
  };
  const end = after(runStart, scenario.length);
  await conductActors(installation, act, { from: runStart, to: end, tell, cas });
  const outcome = await outcomeOf({ db, scenario, start: runStart, samples, cas });
  const counts = cas.map(({ sim }) => sim.counts());
  return {
    outcome,
    plan,
    seconds: (performance.now() - realStart) / 1_000,
    cpuSeconds: cpuSeconds(process.pid) - cpuBefore,
    steps: conductor.steps,
    orders: counts.reduce((sum, { newOrder }) => sum + newOrder, 0),
    issued: counts.reduce((sum, { issued }) => sum + issued, 0),
  };
}

/** Every day some certificates are issued, which are renewed in the run. */
async function makeHistory({ call, conductor, hands }: Installation, scenario: Scenario): Promise<void> {
  if (scenario.existing === 0) return;
  for (const rows of historyOf(scenario, historyDays)) {
    if (rows.length > 0) await call(operations.addDomainBatch, { body: { rows } });
    await conductor.runUntil(after(hands.read(), days(1)));
  }
}

interface Span {
  readonly from: Instant;
  readonly to: Instant;
  readonly tell: RunRequest["tell"];
  readonly cas: readonly RunCa[];
}

/** Runs the actors to the end, and tells how far it is every ten days. @throws what an actor or a worker throws. */
async function conductActors(
  { conductor }: Installation,
  act: () => Promise<void>,
  span: Span,
): Promise<void> {
  const failed = Promise.withResolvers<never>();
  act().catch(failed.reject);
  const realStart = performance.now();
  for (let at = span.from; at < span.to; ) {
    at = instant(Math.min(after(at, days(10)), span.to));
    await Promise.race([conductor.runUntil(at), failed.promise]);
    const issued = span.cas.map(({ sim }) => sim.counts().issued).join(" + ");
    const seconds = ((performance.now() - realStart) / 1_000).toFixed(0);
    span.tell(
      `Day ${Math.round((at - span.from) / days(1))} after ${seconds} s and ${conductor.steps} steps: ${issued} certificates issued.`,
    );
  }
}
