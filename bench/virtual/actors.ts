/** What the operator and the customers do. Each actor waits on the virtual clock, and acts by the API. */
import { type DomainBatchRow, operations } from "@certmill/api";
import { after, type Instant } from "@certmill/domain";
import type { Installation } from "./installation.ts";
import { listNames } from "./names.ts";
import type { Scenario } from "./scenario.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface Play {
  readonly call: Installation["call"];
  readonly clock: VirtualClock;
  readonly scenario: Scenario;
  /** When the run begins. */
  readonly start: Instant;
}

const campaignName = "spring";
const rowsOfBatch = 5_000;

/** Creates the campaign, sends its list and starts it. */
export async function beginCampaign({ call, scenario }: Play): Promise<void> {
  const params = { name: campaignName };
  await call(operations.createCampaign, { body: params });
  for (const rows of batches(rowsOf(scenario))) {
    const { rejected } = await call(operations.addCampaignDomains, {
      params,
      body: { rows, withWww: false },
    });
    const [refused] = rejected;
    if (refused !== undefined) throw new Error(`The campaign refused ${refused.domain}: ${refused.reason}`);
  }
  await call(operations.startCampaign, { params });
}

function* rowsOf(scenario: Scenario): Generator<DomainBatchRow> {
  let line = 0;
  for (const [domain, ...aliases] of listNames("list", scenario.domains, scenario)) {
    line += 1;
    yield { line, domain, aliases, tenant: `tenant${line % scenario.tenants}` };
  }
}

function* batches(rows: Iterable<DomainBatchRow>): Generator<DomainBatchRow[]> {
  let batch: DomainBatchRow[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < rowsOfBatch) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const never = new AbortController().signal;

export const waitUntil = (clock: VirtualClock, at: Instant): Promise<void> =>
  clock.wait(at - clock.now(), never);

const rightNames = { never: 0, later: 0, slow: 0, shared: 0 } as const;

/** Customers, one after the other, for as long as the run goes. */
export async function bringCustomers({ call, clock, scenario, start }: Play): Promise<void> {
  const { newCustomerEvery, length, seed } = scenario;
  const count = Math.floor(length / newCustomerEvery) - 1;
  let number = 0;
  for (const [name, ...aliases] of listNames("new", count, { shares: rightNames, seed })) {
    number += 1;
    await waitUntil(clock, after(start, (newCustomerEvery * number) as typeof newCustomerEvery));
    await call(operations.addDomain, {
      body: { name, aliases, tenant: `tenant${number % scenario.tenants}` },
    });
  }
}

/** What is there when the run begins, `days` lists of domains that are added one a day. */
export function historyOf({ existing, seed }: Scenario, days: number): readonly DomainBatchRow[][] {
  const rows = [...listNames("old", existing, { shares: rightNames, seed })].map(
    ([domain, ...aliases], index) => ({ line: index + 1, domain, aliases }),
  );
  const at = (day: number): number => Math.floor((rows.length * day) / days);
  return Array.from({ length: days }, (_, day) => rows.slice(at(day), at(day + 1)));
}
