/** CAs and lineages that tests of planning are made of. */
import { BucketBook } from "../src/budget/bucket-book.ts";
import type { Limits } from "../src/budget/limit.ts";
import type { CaForPlanning } from "../src/schedule/ca-for-planning.ts";
import { OrderPlanning } from "../src/schedule/order-planning.ts";
import type { WaitingLineage } from "../src/schedule/waiting-lineage.ts";
import { instant } from "../src/time/instant.ts";

export const now = instant(1_790_000_000_000);

/** At which everything can be ordered, unless `changes` say otherwise. */
export const ca = (id: string, changes: Partial<CaForPlanning> & { limits?: Limits } = {}): CaForPlanning => {
  const { limits = {}, ...rest } = changes;
  return {
    id,
    homeId: id,
    accountId: `account-${id}`,
    weight: 1,
    inFlight: 0,
    emergenciesInFlight: 0,
    mostInFlight: 1_000,
    admission: { kind: "all" },
    exemptsRenewals: true,
    profiles: [],
    limitFor: ({ limit }) => limits[limit] ?? null,
    ...rest,
  };
};

/** Somebody for whom a customer waits. */
export const waiting = (name: string, changes: Partial<WaitingLineage> = {}): WaitingLineage => ({
  lineageId: name,
  names: [name],
  workClass: "interactive",
  allowed: null,
  avoid: [],
  previous: null,
  profile: null,
  sameSetAt: [],
  successor: null,
  patientUntil: null,
  ...changes,
});

export const planning = (...cas: readonly CaForPlanning[]) => new OrderPlanning(cas, new BucketBook(), now);
