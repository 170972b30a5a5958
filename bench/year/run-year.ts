import { operations } from "@certmill/api";
import { after, days, type Instant, instant } from "@certmill/domain";
import { mannersOf, ruleSet } from "@certmill/sim";
import { checkTokens } from "../../packages/server/src/challenge/check-token.ts";
import { readInstallationId } from "../../packages/server/src/store/installation-id.ts";
import { waitUntil } from "../virtual/actors.ts";
import { type Installation, startInstallation } from "../virtual/installation.ts";
import { putSimToWork, type SimAtWork } from "../virtual/sim-at-work.ts";
import type { Life } from "./life.ts";
import { outcomeOf, type YearOutcome } from "./outcome.ts";
import { readLives } from "./read-lives.ts";
import { type Story, tellStories, type Year } from "./story.ts";
import { openWorld } from "./world.ts";
import { outagesUntil, yearStart } from "./year-frame.ts";

export interface YearRequest extends Pick<Year, "seed" | "length" | "domains"> {
  /** Empty. */
  readonly databaseUrl: string;
  /** Worker processes; 0: one worker in this process. */
  readonly workers: number;
  readonly tell: (line: string) => void;
}

export interface YearRun {
  readonly outcome: YearOutcome;
  readonly stories: readonly Story[];
  readonly lives: readonly Life[];
  /** What it took. */
  readonly seconds: number;
  readonly steps: number;
  readonly orders: number;
  readonly issued: number;
  /** Requests of renewal information. */
  readonly polls: number;
  readonly dnsQuestions: number;
}

/**
 * Runs the whole system for as long as the year is, against a sim CA with Let's Encrypt's limits and manners.
 *
 * @throws when a worker logs an error, with the seed.
 */
export async function runYear(request: YearRequest): Promise<YearRun> {
  try {
    return await run(request);
  } catch (error) {
    throw new Error(`The year with seed ${request.seed} failed.`, { cause: error });
  }
}

async function run(request: YearRequest): Promise<YearRun> {
  const { seed, length, domains, databaseUrl, workers, tell } = request;
  const realStart = performance.now();
  const stories = tellStories({ seed, start: yearStart, length, domains });
  await using opened = new AsyncDisposableStack();
  let now = (): Instant => yearStart;
  const world = opened.use(await openWorld(stories, () => now()));
  const { upkeep } = world;
  const installation = opened.use(
    await startInstallation({ databaseUrl, workers, start: yearStart, upkeep }),
  );
  const { db, hands, conductor } = installation;
  now = () => hands.read();
  world.setTokens(checkTokens(await readInstallationId(db)));
  const ca = await putSimToWork(installation, {
    name: "letsencrypt",
    caaIdentities: ["letsencrypt.org"],
    // Time stands still while requests are made: their rates say nothing. Let's Encrypt has certificates asked for
    // every six hours, which would be most of the run.
    options: {
      ...mannersOf("letsencrypt"),
      seed,
      limits: { ...ruleSet("letsencrypt"), requestRates: [] },
      model: world.model,
      renewalInfoEvery: days(1),
    },
  });
  opened.use(ca.sim);

  const failed = Promise.withResolvers<never>();
  const end = after(yearStart, length);
  act(installation, stories, end).catch(failed.reject);
  breakDown(installation, ca, end).catch(failed.reject);
  for (let at = yearStart; at < end; ) {
    at = instant(Math.min(after(at, days(10)), end));
    await Promise.race([conductor.runUntil(at), failed.promise]);
    const seconds = ((performance.now() - realStart) / 1_000).toFixed(0);
    const { issued } = ca.sim.counts();
    tell(
      `Day ${Math.round((at - yearStart) / days(1))} after ${seconds} s and ${conductor.steps} steps: ${issued} certificates.`,
    );
  }
  const { newOrder, issued, renewalInfo, refusals, exemptOrders } = ca.sim.counts();
  const paused = ca.sim.paused(ca.accountUrl).length;
  const lives = await readLives(db, stories);
  return {
    outcome: outcomeOf({ lives, ca: { exemptOrders, paused, refusals }, end }),
    stories,
    lives,
    seconds: (performance.now() - realStart) / 1_000,
    steps: conductor.steps,
    orders: newOrder,
    issued,
    polls: renewalInfo,
    dnsQuestions: world.nameServers.questions,
  };
}

/** What the customers do, one after the other. */
async function act({ call, stage }: Installation, stories: readonly Story[], end: Instant): Promise<void> {
  const acts = stories.flatMap(({ names: [name, alias], addedAt, asksAt }) => {
    const add = () => call(operations.addDomain, { body: { name, aliases: [alias] } });
    const ask = () => call(operations.checkDomain, { params: { name } });
    return [{ at: addedAt, act: add }, ...(asksAt === null ? [] : [{ at: asksAt, act: ask }])];
  });
  for (const { at, act } of acts.sort((a, b) => a.at - b.at)) {
    if (at >= end) return;
    await waitUntil(stage.clock, at);
    await act();
  }
}

async function breakDown({ stage }: Installation, { sim }: SimAtWork, end: Instant): Promise<void> {
  for (const { from, to } of outagesUntil(end)) {
    await waitUntil(stage.clock, from);
    sim.setOutage(true);
    await waitUntil(stage.clock, to);
    sim.setOutage(false);
  }
}
