/** What the planner says of a scenario before it begins. */
import { after, days, fullBucket, ListCounter, planEnrolment } from "@certmill/domain";
import { listNames } from "../virtual/names.ts";
import type { Scenario } from "../virtual/scenario.ts";
import { overridesOf, scenarioCas, scenarioStart } from "./simulate-scenario.ts";

/**
 * Days until the list is done; null: not in ten years.
 *
 * @param foresight `weather`: told of the day on which a CA is down, which the plan's table of what would change it
 *   tells the price of; `none`: of no trouble.
 */
export function plannedDays(scenario: Scenario, foresight: "weather" | "none"): number | null {
  const { shares, rightFrom, newCustomerEvery, existing, domains } = scenario;
  const counter = new ListCounter();
  for (const [domain, ...aliases] of listNames("list", domains, scenario)) {
    // A domain's own www is known to be there.
    counter.add({ domain, aliases: aliases.filter((name) => name !== `www.${domain}`) });
  }
  const plan = planEnrolment({
    list: counter.summary(),
    keyType: "p256",
    startsAt: scenarioStart,
    finishBy: null,
    packs: { names: 1, acrossTenants: false },
    failing: { never: shares.never, later: shares.later, laterAfterDays: rightFrom / days(1) },
    checksFirst: true,
    background: { newPerDay: days(1) / newCustomerEvery, renewalsPerDay: existing / 60, exemptShare: 1 },
    cas: scenarioCas.map((name, index) => ({
      name,
      accountUrl: null,
      home: name,
      accountId: name,
      limitSet: "letsencrypt",
      overrides: overridesOf(scenario)[index] ?? [],
      weight: 100,
      orders: fullBucket,
      mostOrdersInFlight: 1_000,
      outages: index === 1 && foresight === "weather" ? [outageOf(scenario)] : [],
    })),
  });
  return plan.finishesAt === null ? null : plan.days;
}

/** Of the second CA. */
function outageOf({ outage }: Scenario) {
  const from = after(scenarioStart, outage.from);
  return { from, to: after(from, outage.length) };
}
