import { type Duration, days, hours, milliseconds, seconds } from "@certmill/domain";
import type { NameShares } from "./names.ts";

/** What happens in a run: the list, the customers, the CAs and their weather. Times are from its beginning. */
export interface Scenario {
  /** Every choice follows from it. */
  readonly seed: number;
  readonly length: Duration;
  /** Domains that one campaign is to enrol. */
  readonly domains: number;
  readonly shares: NameShares;
  /** When the DNS of those that are right later is put right. */
  readonly rightFrom: Duration;
  /** Certificates that are there already; their renewals are due evenly over the first two months. */
  readonly existing: number;
  /** A customer adds a domain and waits. */
  readonly newCustomerEvery: Duration;
  readonly tenants: number;
  /** How long the CA takes to validate the slow ones. */
  readonly slowness: Duration;
  /** Orders of the second CA in 3 hours. The first has Let's Encrypt's limits. */
  readonly secondCaOrders: number;
  /** What the first CA grants from an instant on: orders in a week. */
  readonly override: { readonly from: Duration; readonly perWeek: number };
  /** The second CA is down. */
  readonly outage: { readonly from: Duration; readonly length: Duration };
  /** The first CA refuses more than it says. */
  readonly storm: { readonly from: Duration; readonly length: Duration };
  /** Account limits are so much smaller. */
  readonly divisor: number;
}

export const fullScenario: Scenario = {
  seed: 1,
  length: days(90),
  domains: 500_000,
  shares: { never: 0.08, later: 0.05, slow: 0.03, shared: 0.2 },
  rightFrom: days(12),
  slowness: seconds(45),
  existing: 100_000,
  newCustomerEvery: seconds(30),
  tenants: 1_000,
  secondCaOrders: 750,
  override: { from: days(10), perWeek: 25_000 },
  outage: { from: days(30), length: days(1) },
  storm: { from: days(45), length: hours(6) },
  divisor: 1,
};

/** The same, `divisor` times smaller in all that is counted, the limits of accounts too. */
export function scaled(scenario: Scenario, divisor: number): Scenario {
  const { domains, existing, newCustomerEvery, tenants } = scenario;
  return {
    ...scenario,
    domains: Math.round(domains / divisor),
    existing: Math.round(existing / divisor),
    newCustomerEvery: milliseconds(newCustomerEvery * divisor),
    tenants: Math.max(1, Math.round(tenants / divisor)),
    divisor: scenario.divisor * divisor,
  };
}

/** Customers alone: what their wait is held against. */
export const idle = (scenario: Scenario): Scenario => ({
  ...scenario,
  length: days(2),
  domains: 0,
  existing: 0,
  outage: { from: scenario.length, length: hours(0) },
  storm: { from: scenario.length, length: hours(0) },
});
