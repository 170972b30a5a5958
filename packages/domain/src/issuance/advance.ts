import { sameNames } from "../certificate/same-names.ts";
import { after, between, type Instant } from "../time/instant.ts";
import type { Decision, StepDone } from "./decision.ts";
import { diagnose } from "./diagnose.ts";
import type { IssuanceInput, OrderFacts } from "./input.ts";
import {
  abandon,
  endure,
  fault,
  type In,
  type IssuanceTerms,
  keysOf,
  move,
  owedFrom,
  refusalOf,
} from "./move.ts";
import { nextPoll, processingDeadline } from "./pace.ts";
import { authorize, propagate, propagating, publish, validate, validating } from "./prove-control.ts";
import { type IssuanceState, isLive, type LiveState } from "./state.ts";

/**
 * The next state and what to store with it, or `null` when `input` is stale for `state`: a late worker may
 * still report. Pure; the whole table is in test/issuance-table.ts.
 */
export function advance(
  state: IssuanceState,
  input: IssuanceInput,
  terms: IssuanceTerms,
  now: Instant,
): Decision | null {
  if (!isLive(state)) return null;
  if (input.kind === "fault") return endure(state, input.fault, terms, now);
  switch (state.kind) {
    case "planned":
      return input.kind === "order" ? ordered(state, input.order, terms, now) : null;
    case "ordered":
      return input.kind === "authorizations" ? authorize(state, input.authorizations, terms, now) : null;
    case "placing":
      return input.kind === "placed" ? publish(state, input.records, now) : null;
    case "publishing":
      return input.kind === "published" ? propagate(state, now) : null;
    case "propagating":
      return input.kind === "propagation" ? propagating(state, input, terms, now) : null;
    case "challenging":
      return input.kind === "challenged" ? validate(state, now) : null;
    case "validating":
      return input.kind === "order" ? validating(state, input, terms, now) : null;
    case "ready":
      return input.kind === "keyed"
        ? move({
            ...owedFrom(state, state.since, now),
            kind: "finalizing",
            ...keysOf({ ...state, ...input }),
          })
        : null;
    case "finalizing":
      return input.kind === "order" ? judgeKey(state, finalized(state, input, terms, now)) : null;
    case "processing":
      return input.kind === "order" ? finalized(state, input, terms, now) : null;
    case "downloading":
      return input.kind === "certificate" ? deliver(state, input.certificate, terms, now) : null;
    case "diagnosing":
      return input.kind === "authorizations"
        ? abandon(diagnose(input.authorizations, state.problem), terms, now)
        : null;
  }
}

/** Once the CA takes a CSR with a new key, the one before was refused for its key. */
const judgeKey = (state: In<"finalizing">, decision: Decision): Decision =>
  decision.state.kind === "downloading" || decision.state.kind === "processing"
    ? { ...decision, ...refusalOf(state) }
    : decision;

function ordered(state: LiveState, order: OrderFacts, terms: IssuanceTerms, now: Instant): Decision {
  if (!sameNames(order.names, terms.names)) {
    return abandon(fault("names-differ", `The order is for ${order.names.join(", ")}.`), terms, now);
  }
  const { url, finalizeUrl, authorizationUrls } = order;
  const owed = { order: { url, finalizeUrl, authorizationUrls }, since: now, wakeAt: now, faults: 0 };
  const done: StepDone[] = [{ kind: "order.created", took: between(state.since, now) }];
  switch (order.status) {
    case "pending":
      return move({ ...owed, kind: "ordered" }, done);
    case "ready":
      return move({ ...owed, kind: "ready" }, done);
    case "invalid":
      return move({ ...owed, kind: "diagnosing", problem: order.problem }, done);
    case "processing":
    case "valid":
      return abandon(fault("order-not-ours", `The new order is ${order.status} already.`), terms, now);
  }
}

function finalized(
  state: In<"finalizing"> | In<"processing">,
  { order, retryAt: askedFor }: { readonly order: OrderFacts; readonly retryAt: Instant | null },
  terms: IssuanceTerms,
  now: Instant,
): Decision {
  switch (order.status) {
    case "valid": {
      if (order.certificateUrl === null) {
        return endure(state, fault("ca-error", "The order is valid but names no certificate."), terms, now);
      }
      return move(
        { ...owedFrom(state, now, now), kind: "downloading", certificateUrl: order.certificateUrl },
        [{ kind: "finalized", took: between(state.since, now) }],
      );
    }
    case "processing": {
      if (now >= after(state.since, processingDeadline)) {
        return abandon(fault("ca-slow", "The order is still processing."), terms, now);
      }
      const polls = state.kind === "processing" ? state.polls + 1 : 0;
      const wakeAt = nextPoll(state.since, polls, askedFor, now);
      return move({ ...owedFrom(state, state.since, wakeAt), kind: "processing", polls });
    }
    case "ready":
    case "pending":
      return endure(
        {
          ...owedFrom(state, state.since, now),
          kind: "finalizing",
          faults: state.faults,
          ...(state.kind === "finalizing" ? keysOf(state) : {}),
        },
        fault("order-not-ready", `The order is ${order.status} after finalize.`),
        terms,
        now,
      );
    case "invalid":
      return move({ ...owedFrom(state, state.since, now), kind: "diagnosing", problem: order.problem });
  }
}

function deliver(
  state: In<"downloading">,
  certificate: { readonly names: readonly string[]; readonly matchesKey: boolean },
  terms: IssuanceTerms,
  now: Instant,
): Decision {
  if (!certificate.matchesKey) {
    return abandon(fault("certificate-unusable", "The certificate is for another key."), terms, now);
  }
  if (!sameNames(certificate.names, terms.names)) {
    return abandon(
      fault("names-differ", `The certificate is for ${certificate.names.join(", ")}.`),
      terms,
      now,
    );
  }
  return move({ kind: "issued" }, [{ kind: "certificate.stored", took: between(state.since, now) }]);
}
