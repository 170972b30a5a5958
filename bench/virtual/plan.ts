import { type NewPlan, operations, type Plan } from "@certmill/api";
import { days } from "@certmill/domain";
import type { Play } from "./actors.ts";
import { listNames } from "./names.ts";
import type { Scenario } from "./scenario.ts";

/** What the planner says of the scenario's list, told of what else is to come. */
export function askForPlan({ call, scenario }: Play): Promise<Plan> {
  const { shares, rightFrom, newCustomerEvery, existing } = scenario;
  return call(operations.makePlan, {
    body: {
      list: summaryOf(scenario),
      failing: { never: shares.never, later: shares.later, laterAfterDays: rightFrom / days(1) },
      background: { newPerDay: days(1) / newCustomerEvery, renewalsPerDay: existing / 60, exemptShare: 1 },
    },
  });
}

function summaryOf(scenario: Scenario): NewPlan["list"] {
  const { domains, tenants } = scenario;
  const below = new Map<string, number>();
  let own = 0;
  let names = 0;
  for (const each of listNames("list", domains, scenario)) {
    names += each.length;
    const [name] = each;
    if (each.length > 1) own += 1;
    else {
      const registered = name.slice(name.indexOf(".") + 1);
      below.set(registered, (below.get(registered) ?? 0) + 1);
    }
  }
  const counts = new Map<number, number>([[1, own]]);
  for (const count of below.values()) counts.set(count, (counts.get(count) ?? 0) + 1);
  return {
    domains,
    names,
    refused: 0,
    registeredDomains: own + below.size,
    largest: [],
    others: [...counts].map(([each, count]) => ({ domains: each, count })),
    tenants: [{ domains: domains / tenants, count: tenants }],
    withoutTenant: 0,
  };
}
