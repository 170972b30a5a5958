/** The scenario of the campaign's bench, order by order in one process: our rules in memory, the sim CA's by calls. */
import { setImmediate as turn } from "node:timers/promises";
import {
  after,
  type Duration,
  days,
  hours,
  type Instant,
  instant,
  type LimitOverride,
  type NamesOfOne,
  outcomeOf,
  renewAt,
  Simulation,
  type SimulationOutcome,
  type Trouble,
} from "@certmill/domain";
import { InProcessCa, type LimitRules, per, ruleSet, scaledRules } from "@certmill/sim";
import { kindOfName, listNames } from "../virtual/names.ts";
import type { Scenario } from "../virtual/scenario.ts";

export const scenarioStart = instant(Date.parse("2026-12-01T00:00:00Z"));

export const scenarioCas = ["letsencrypt", "second"] as const;

/** Both CAs are told of a share of all; one takes what the other has no budget for. */
const weight = 100;
const rightNames = { never: 0, later: 0, slow: 0, shared: 0 } as const;

/** Told how far it is every ten days. */
export type TellDay = (day: number, simulation: Simulation) => void;

/** The whole time, whether the list is done sooner or not. */
export async function simulateScenario(
  scenario: Scenario,
  tell: TellDay = () => {},
): Promise<SimulationOutcome> {
  const cas = openCas(scenario);
  const simulation = new Simulation({
    startsAt: scenarioStart,
    cas: cas.map(({ id, overrides, ca }) => ({
      id,
      accountId: id,
      weight,
      limitSet: "letsencrypt",
      overrides,
      mostOrdersInFlight: 1_000,
      ca,
    })),
    list: ofTenants(listNames("list", scenario.domains, scenario), scenario),
    isPaired: false,
    fateOf: kindOfName,
    rightFrom: after(scenarioStart, scenario.rightFrom),
    checksFirst: true,
    customers: { every: scenario.newCustomerEvery, names: customers(scenario) },
    existing: existing(scenario),
    pace: { window: null, perHour: null },
    mostFailed: 0.5,
    renewalSpreadDays: 15,
    weather: weatherOf(scenario, cas),
  });
  const end = after(scenarioStart, scenario.length);
  while (simulation.now < end) {
    simulation.advanceTo(instant(Math.min(after(simulation.now, hours(6)), end)));
    const day = (simulation.now - scenarioStart) / days(1);
    if (day % 10 === 0) tell(day, simulation);
    // Where a signal is heard.
    await turn();
  }
  return outcomeOf({
    journal: simulation.journal,
    now: end,
    pauses: simulation.pauses,
    troubles: troublesOf(scenario),
  });
}

interface ScenarioCa {
  readonly id: string;
  readonly overrides: readonly LimitOverride[];
  readonly ca: InProcessCa;
}

/** What our ledger is told of each CA: the new orders that it grants, and that the second counts no registered domains. */
export function overridesOf(
  scenario: Scenario,
): readonly [readonly LimitOverride[], readonly LimitOverride[]] {
  const { override, divisor, secondCaOrders } = scenario;
  const orders = (count: number, period: Duration, startsAt: Instant): LimitOverride => {
    const whole = { burst: count, count, period };
    const rules = scaledRules({ ...ruleSet("none"), newOrdersPerAccount: whole }, divisor);
    return { limit: "new-orders-per-account", key: null, rule: rules.newOrdersPerAccount ?? whole, startsAt };
  };
  const ever = instant(0);
  const plenty = { burst: 1_000_000, count: 1_000_000, period: days(7) };
  return [
    [orders(300, hours(3), ever), orders(override.perWeek, days(7), after(scenarioStart, override.from))],
    [
      orders(secondCaOrders, hours(3), ever),
      { limit: "new-certificates-per-registered-domain", key: null, rule: plenty, startsAt: ever },
    ],
  ];
}

/** Both exempt renewals, as Let's Encrypt does. */
function openCas(scenario: Scenario): readonly [ScenarioCa, ScenarioCa] {
  const [first, second] = overridesOf(scenario);
  const usual = ruleSet("letsencrypt");
  return [
    openCa(scenario, scenarioCas[0], { overrides: first, rules: usual }),
    openCa(scenario, scenarioCas[1], {
      overrides: second,
      rules: { ...usual, certificatesPerRegisteredDomain: null },
    }),
  ];
}

function openCa(
  scenario: Scenario,
  id: string,
  { overrides, rules }: { readonly overrides: readonly LimitOverride[]; readonly rules: LimitRules },
): ScenarioCa {
  const granted = overrides
    .filter(({ limit }) => limit === "new-orders-per-account")
    .map(({ rule, startsAt }) => ({
      limit: "newOrdersPerAccount" as const,
      account: id,
      allowance: rule,
      from: startsAt,
    }));
  const limits = { ...rules, overrides: granted };
  const ca = new InProcessCa({
    accountId: id,
    limits,
    model: modelOf(scenario),
    lookup: { leastSeconds: 0, mostSeconds: 0 },
    seed: scenario.seed,
  });
  return { id, overrides, ca };
}

const modelOf =
  ({ slowness, rightFrom }: Scenario) =>
  (name: string, now: Instant) => {
    const kind = kindOfName(name);
    if (kind === "slow") return { kind: "slow" as const, seconds: slowness / 1_000 };
    const isWrong = kind === "never" || (kind === "later" && now < after(scenarioStart, rightFrom));
    return isWrong ? { kind: "wrong" as const, how: "dns" as const } : { kind: "right" as const };
  };

function* ofTenants(
  list: Iterable<readonly string[]>,
  { tenants }: Scenario,
): Generator<NamesOfOne, undefined> {
  let line = 0;
  for (const names of list) {
    line += 1;
    yield { names, tenant: `tenant${line % tenants}` };
  }
}

const customers = (scenario: Scenario): Iterator<NamesOfOne> => {
  const count = Math.floor(scenario.length / scenario.newCustomerEvery) - 1;
  return ofTenants(listNames("new", count, { shares: rightNames, seed: scenario.seed }), scenario);
};

/** Their renewals are due evenly over the first two months. */
function* existing({ existing: count, seed }: Scenario) {
  const lifetime = days(90);
  const age = renewAt(scenarioStart, after(scenarioStart, lifetime)) - scenarioStart;
  let index = 0;
  for (const names of listNames("old", count, { shares: rightNames, seed })) {
    const notBefore = instant(scenarioStart - age + Math.floor((age * (index + 0.5)) / count));
    index += 1;
    yield { names, tenant: null, notBefore, notAfter: after(notBefore, lifetime), countsAsNew: false };
  }
}

function weatherOf({ storm, outage }: Scenario, [first, second]: readonly [ScenarioCa, ScenarioCa]) {
  const at = (time: Parameters<typeof after>[1], act: () => void) => ({
    at: after(scenarioStart, time),
    act,
  });
  const changes = [
    // For a while it grants an order in 3 hours, and whoever counts on more is refused.
    at(storm.from, () => {
      first.ca.setStorm({ ...ruleSet("letsencrypt"), newOrdersPerAccount: per(hours(3), 1) });
    }),
    at(after(instant(storm.from), storm.length) as unknown as typeof storm.from, () => {
      first.ca.setStorm(null);
    }),
    at(outage.from, () => {
      second.ca.setOutage(true);
    }),
    at(after(instant(outage.from), outage.length) as unknown as typeof outage.from, () => {
      second.ca.setOutage(false);
    }),
  ];
  return changes.sort((a, b) => a.at - b.at);
}

/** With the time that it takes until all is as usual again. */
function troublesOf({ storm, outage }: Scenario): readonly Trouble[] {
  const trouble = (ca: string, { from, length }: Scenario["storm"], shadow: number): Trouble => {
    const began = after(scenarioStart, from);
    return { ca, from: began, to: instant(began + length + shadow) };
  };
  return [trouble(scenarioCas[0], storm, hours(3)), trouble(scenarioCas[1], outage, hours(1))];
}
