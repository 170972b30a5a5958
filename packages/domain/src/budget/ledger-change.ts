/**
 * What a step of an issuance tells the ledger. Appended with the step's commit, folded in by the next planning: the
 * buckets' rows are only ever held by who plans.
 */
import type { Fault } from "../failure/classify.ts";
import { type FailureCode, failures } from "../failure/failure-code.ts";
import type { Decision } from "../issuance/decision.ts";
import type { IssuanceInput } from "../issuance/input.ts";
import { isLive, type LiveState } from "../issuance/state.ts";
import type { Instant } from "../time/instant.ts";
import type { LimitName } from "./limit.ts";
import {
  type BucketName,
  type Exemption,
  exactSetKey,
  failuresKey,
  registeredDomains,
  type Spending,
  spendingOf,
} from "./order-spending.ts";

export type LedgerChange =
  /** The CA has spent, or may have spent, what was reserved. */
  | (BucketName & { readonly kind: "settled" })
  /** What was reserved will not be spent. */
  | (BucketName & { readonly kind: "released" })
  /** The CA has spent, or may have spent, what was not reserved. */
  | (BucketName & { readonly kind: "spent" })
  /** The CA counts from zero again. */
  | (BucketName & { readonly kind: "reset" })
  /** The CA has refused for this bucket. */
  | (BucketName & { readonly kind: "refused"; readonly retryAt: Instant })
  /** The CA asked for patience, of everyone. */
  | { readonly kind: "slowed"; readonly until: Instant }
  /** The CA did its part: it is well. */
  | { readonly kind: "answered" }
  /** The CA failed at its part. */
  | { readonly kind: "failed"; readonly code: FailureCode };

export interface Step {
  readonly from: LiveState;
  readonly input: IssuanceInput;
  readonly decision: Decision;
  readonly spending: readonly Spending[];
  /** With which it was planned. */
  readonly exemption: Exemption;
  readonly names: readonly string[];
  readonly accountId: string;
  /** Issuances of the lineage that failed in a row before this one. */
  readonly failuresBefore: number;
}

const consecutive = "consecutive-authorization-failures-per-identifier-per-account";

export function ledgerChanges(step: Step): readonly LedgerChange[] {
  return [...ofReservations(step), ...ofSuccessor(step), ...ofAuthorizations(step), ...ofTheCa(step)];
}

const exactSet = "new-certificates-per-exact-set-of-identifiers";

/**
 * An order that was to be exempt from all has reserved nothing. The CA does not hold it up for its count by exact set,
 * and counts it there all the same. One that the CA took without the certificate that it replaces is an order like any.
 */
function ofSuccessor({ from, input, decision, exemption, ...plan }: Step): readonly LedgerChange[] {
  if (exemption !== "renewal-information") return [];
  if (from.kind === "planned" && input.kind === "order" && !input.order.replaces) {
    const asAny = spendingOf({ ...plan, exemption: "none" });
    return each(
      "spent",
      asAny.filter(({ limit }) => limit !== exactSet),
    );
  }
  return decision.state.kind === "issued"
    ? [{ kind: "spent", limit: exactSet, key: exactSetKey(plan.names) }]
    : [];
}

function ofReservations({ from, decision, spending }: Step): readonly LedgerChange[] {
  const { state, fault } = decision;
  const atOrder = spending.filter(({ spentAt }) => spentAt === "order");
  const atIssue = spending.filter(({ spentAt }) => spentAt === "issue");
  const ended = !isLive(state);
  const changes: LedgerChange[] = [];
  if (from.kind === "planned") {
    if (fault === null || orderWasMade(fault)) changes.push(...each("settled", atOrder));
    else if (ended) changes.push(...each(isUncertain(fault) ? "settled" : "released", atOrder));
    else if (isUncertain(fault)) changes.push(...each("spent", atOrder));
  }
  if (ended) {
    const spent = state.kind === "issued" || mayHaveIssued(from);
    changes.push(...each(spent ? "settled" : "released", atIssue));
  }
  return changes;
}

const each = (kind: "settled" | "released" | "spent", spending: readonly Spending[]): LedgerChange[] =>
  spending.map(({ limit, key }) => ({ kind, limit, key }));

/** These faults are found in the CA's answer to newOrder. */
const orderWasMade = ({ code }: Fault): boolean => code === "names-differ" || code === "order-not-ours";

/** No answer came, or we failed at it: the CA may have done it. A CA that answers with an error gives back what it took. */
const isUncertain = ({ code, unsent }: Fault): boolean =>
  unsent === undefined && (code === "ca-unreachable" || code === "internal-error");

/** The CA issues at finalize; all that comes later is our learning of it. */
const mayHaveIssued = ({ kind }: LiveState): boolean =>
  kind === "finalizing" || kind === "processing" || kind === "downloading";

/** A failed validation counts twice; one that succeeds ends the count of failures in a row. */
function ofAuthorizations({ input, decision, accountId, failuresBefore }: Step): readonly LedgerChange[] {
  if (input.kind !== "authorizations") return [];
  const changes: LedgerChange[] = [];
  for (const { identifier, status } of input.authorizations) {
    const key = failuresKey(accountId, identifier);
    if (status === "invalid" && decision.state.kind === "abandoned") {
      changes.push({ kind: "spent", limit: "authorization-failures-per-identifier-per-account", key });
      changes.push({ kind: "spent", limit: consecutive, key });
    } else if (status === "valid" && failuresBefore > 0) {
      changes.push({ kind: "reset", limit: consecutive, key });
    }
  }
  return changes;
}

/** What tells whether the CA works: its faults, and the two steps in which it does something for us. */
function ofTheCa(step: Step): readonly LedgerChange[] {
  const { from, decision } = step;
  const { fault, done } = decision;
  if (fault === null)
    return done.some(({ kind }) => kind === "order.created" || kind === "finalized")
      ? [{ kind: "answered" }]
      : [];
  const changes: LedgerChange[] = [];
  if ((fault.code === "ca-busy" || fault.code === "request-pace") && fault.retryAt !== null)
    changes.push({ kind: "slowed", until: fault.retryAt });
  const { limit, retryAt } = fault;
  if (limit !== undefined && retryAt !== null)
    changes.push(
      ...keysOf(limit, step, fault.detail).map((key) => ({ kind: "refused" as const, limit, key, retryAt })),
    );
  if (isTheCas(fault.code) && from.kind !== "diagnosing") changes.push({ kind: "failed", code: fault.code });
  return changes;
}

/** Which of the order's buckets the CA means. It quotes the name; where it does not, any of them may be meant. */
function keysOf(
  limit: LimitName,
  { names, accountId }: Pick<Step, "names" | "accountId">,
  detail: string,
): readonly string[] {
  switch (limit) {
    case "new-orders-per-account":
      return [accountId];
    case "new-certificates-per-exact-set-of-identifiers":
      return [exactSetKey(names)];
    case "new-certificates-per-registered-domain":
      return quoted(registeredDomains(names), detail);
    case "authorization-failures-per-identifier-per-account":
    case "consecutive-authorization-failures-per-identifier-per-account":
      return quoted(names, detail).map((name) => failuresKey(accountId, name));
  }
}

function quoted(names: readonly string[], detail: string): readonly string[] {
  const told = names.filter((name) => detail.includes(`"${name}"`));
  return told.length > 0 ? told : names;
}

const troubles: ReadonlySet<FailureCode> = new Set(["ca-busy", "ca-unreachable", "ca-error", "ca-slow"]);

const isTheCas = (code: FailureCode): boolean => failures[code].party === "ca" && troubles.has(code);
