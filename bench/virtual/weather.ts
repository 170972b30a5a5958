/** What befalls the CAs, and a look at them every hour. */
import { after, hours, type Instant } from "@certmill/domain";
import type { LimitTally } from "@certmill/sim";
import { sql } from "kysely";
import type { Db } from "../../packages/server/src/store/database.ts";
import { waitUntil } from "./actors.ts";
import type { RunCa } from "./run-cas.ts";
import type { Scenario } from "./scenario.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface Weather {
  readonly clock: VirtualClock;
  readonly scenario: Scenario;
  readonly start: Instant;
  readonly cas: readonly [RunCa, RunCa];
}

/**
 * For a while the first CA keeps back what it would grant in that time, and whoever counts on it is refused until then. Not a slower
 * rule: that would take an account with a week's orders behind it a week to recover from, and the CA would say so.
 */
export async function storm({ clock, scenario, start, cas: [first] }: Weather): Promise<void> {
  await waitUntil(clock, after(start, scenario.storm.from));
  const usual = first.sim.limits;
  const { burst, count, period } = first.orders(clock.now());
  const keptBack = Math.ceil((count * scenario.storm.length) / period);
  const allowance = { burst: Math.max(1, burst - keptBack), count, period };
  first.sim.setLimits({
    ...usual,
    overrides: [{ limit: "newOrdersPerAccount", account: first.accountUrl, allowance, from: start }],
  });
  await clock.wait(scenario.storm.length, new AbortController().signal);
  first.sim.setLimits(usual);
}

export async function outage({ clock, scenario, start, cas: [, second] }: Weather): Promise<void> {
  await waitUntil(clock, after(start, scenario.outage.from));
  second.sim.setOutage(true);
  await clock.wait(scenario.outage.length, new AbortController().signal);
  second.sim.setOutage(false);
}

export interface CaSample {
  /** Orders that were spent of the account's limit since the CA's start. */
  readonly spent: number;
  /** Orders that could be made at once. */
  readonly left: number;
  /** Refusals since the CA's start for limits that a ledger can know. */
  readonly refused: number;
}

export interface Sample {
  readonly at: Instant;
  /** Whether a domain of a running campaign is in line, and not parked for a limit of its own. */
  readonly waiting: boolean;
  /** By CA. */
  readonly cas: readonly [CaSample, CaSample];
}

/** A sample an hour, into `samples`, for as long as the run goes. */
export async function sample(
  db: Db,
  { clock, scenario, start, cas }: Weather,
  samples: Sample[],
): Promise<void> {
  const end = after(start, scenario.length);
  while (clock.now() < end) {
    const { rows } = await sql<{ waiting: boolean }>`
      select exists (
        select 1 from queue join lineage on lineage.id = queue.lineage_id
          join campaign on campaign.id = lineage.campaign_id
        where queue.parked_until is null and lineage.certificate_id is null and campaign.state = 'running'
      ) as waiting`.execute(db);
    const [first, second] = cas;
    samples.push({
      at: clock.now(),
      waiting: rows[0]?.waiting === true,
      cas: [look(first), look(second)],
    });
    await clock.wait(hours(1), new AbortController().signal);
  }
}

function look({ sim, accountUrl }: RunCa): CaSample {
  const { spent, refusals } = sim.counts();
  return {
    spent: spent.newOrdersPerAccount,
    left: sim.ordersLeft(accountUrl) ?? 0,
    refused: knowable(refusals),
  };
}

/** That a CA is overloaded, nobody can know before. */
const knowable = (refusals: LimitTally): number =>
  Object.entries(refusals).reduce((sum, [name, count]) => (name === "overload" ? sum : sum + count), 0);
