import { sameNames } from "../certificate/same-names.ts";
import type { Fault } from "../failure/classify.ts";
import { failures } from "../failure/failure-code.ts";
import { retryAt } from "../schedule/retry.ts";
import { after, between, type Instant } from "../time/instant.ts";
import { type ChallengeType, chooseChallenge } from "./choose-challenge.ts";
import type { Decision, StepDone } from "./decision.ts";
import { diagnose, failedValidation } from "./diagnose.ts";
import type { AuthorizationFacts, IssuanceInput, OrderFacts, Propagation } from "./input.ts";
import {
  afterFault,
  mostFaults,
  mostFaultsBeforeOrder,
  nextPoll,
  processingDeadline,
  propagationDeadline,
  silencePatience,
  validationDeadline,
} from "./pace.ts";
import {
  type IssuanceState,
  isLive,
  type LiveState,
  type OrderReference,
  type PendingChallenge,
  type RecordPlace,
} from "./state.ts";

/** What does not change while the issuance runs. */
export interface IssuanceTerms {
  readonly names: readonly string[];
  /** How its names are to be validated where a choice is; null: as is best (choose-challenge.ts). */
  readonly challenge: ChallengeType | null;
  /** Issuances of this lineage that failed in a row before this one. */
  readonly failuresBefore: number;
  /** From when on a failure that is the customer's to put right is the last. */
  readonly givesUpAt: Instant;
}

/**
 * The next state and what to store with it, or `null` when `input` is stale for `state`: a late worker may
 * still report. Pure; the whole table is in advance.test.ts.
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

type Ordered = Extract<LiveState, { order: OrderReference }>;

const move = (state: IssuanceState, done: readonly StepDone[] = []): Decision => ({
  state,
  done,
  publish: [],
  fault: null,
});

const owedFrom = (state: Ordered, since: Instant, wakeAt: Instant) => ({
  order: state.order,
  since,
  wakeAt,
  faults: 0,
});

const fault = (code: Fault["code"], detail: string): Fault => ({ code, detail, retryAt: null });

function abandon(cause: Fault, terms: IssuanceTerms, now: Instant): Decision {
  const state: IssuanceState = {
    kind: "abandoned",
    cause: cause.code,
    detail: cause.detail,
    retryAt: retryAt(cause, { attempt: terms.failuresBefore + 1, givesUpAt: terms.givesUpAt }, now),
  };
  return { state, done: [], publish: [], fault: cause };
}

/** A fault that a pause cures keeps the issuance where it is; every other ends it. */
function endure(state: LiveState, cause: Fault, terms: IssuanceTerms, now: Instant): Decision {
  if (state.kind === "finalizing" && cause.code === "key-refused" && state.reusedKey !== undefined)
    return tryNewKey(state, state.reusedKey, cause, now);
  const faults = state.faults + 1;
  const most = state.kind === "planned" ? mostFaultsBeforeOrder : mostFaults;
  if (failures[cause.code].recovery !== "wait" || faults > most) return abandon(cause, terms, now);
  const wakeAt = afterFault(faults, cause.retryAt, now);
  return { state: { ...state, faults, wakeAt }, done: [], publish: [], fault: cause };
}

/**
 * The CA does not take the CSR, and leaves the order ready for another (RFC 8555 section 7.4). Whether that is for the
 * key, only a new key shows.
 */
const tryNewKey = (state: In<"finalizing">, refusedKey: string, cause: Fault, now: Instant): Decision => ({
  state: { ...owedFrom(state, state.since, now), kind: "ready", refusedKey },
  done: [],
  publish: [],
  fault: cause,
});

const keysOf = ({ reusedKey, ...state }: { readonly reusedKey?: string; readonly refusedKey?: string }) => ({
  ...(reusedKey === undefined ? {} : { reusedKey }),
  ...refusalOf(state),
});

const refusalOf = ({ refusedKey }: { readonly refusedKey?: string }) =>
  refusedKey === undefined ? {} : { refusedKey };

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

type In<K extends LiveState["kind"]> = Extract<LiveState, { kind: K }>;

/**
 * A challenge that the CA is processing already belongs to an earlier order of ours, whose answer is no
 * longer published: it is answered anew, and posted anew to have it retried (RFC 8555 section 8.2).
 */
function authorize(
  state: In<"ordered">,
  authorizations: readonly AuthorizationFacts[],
  terms: IssuanceTerms,
  now: Instant,
): Decision {
  const challenges: PendingChallenge[] = [];
  for (const authorization of authorizations) {
    const { status, identifier, url, problem } = authorization;
    if (status === "valid") continue;
    if (status !== "pending") {
      const cause =
        problem === null
          ? fault("order-invalid", `${identifier}: authorization ${status}`)
          : failedValidation([{ identifier, problem }]);
      return abandon(cause, terms, now);
    }
    const chosen = chooseChallenge(authorization, authorizations, terms.challenge);
    if (chosen === null) return abandon(fault("challenge-not-offered", identifier), terms, now);
    if (chosen.status !== "pending" && chosen.status !== "processing") continue;
    const { type, token, url: challengeUrl } = chosen;
    challenges.push({ type, identifier, authorizationUrl: url, challengeUrl, token });
  }
  if (challenges.length === 0) {
    return move({ ...owedFrom(state, now, now), kind: "validating", polls: 0 });
  }
  if (challenges.some(({ type }) => type === "dns-01"))
    return move({ ...owedFrom(state, state.since, now), kind: "placing", challenges });
  return {
    state: { ...owedFrom(state, now, now), kind: "challenging", challenges },
    done: [{ kind: "challenge.published", took: between(state.since, now) }],
    publish: challenges,
    fault: null,
  };
}

/** Where the records are to be is kept with the intention to write them: they are taken away there, whatever comes. */
function publish(state: In<"placing">, records: readonly RecordPlace[], now: Instant): Decision {
  const { challenges, since } = state;
  return {
    state: { ...owedFrom(state, since, now), kind: "publishing", challenges, records },
    done: [],
    publish: challenges,
    fault: null,
  };
}

function propagate(state: In<"publishing">, now: Instant): Decision {
  const { challenges, records } = state;
  return move({ ...owedFrom(state, now, now), kind: "propagating", challenges, records, polls: 0 }, [
    { kind: "challenge.published", took: between(state.since, now) },
  ]);
}

function propagating(
  state: In<"propagating">,
  { missing, silent }: Propagation,
  terms: IssuanceTerms,
  now: Instant,
): Decision {
  if (missing === null && (silent === null || now >= after(state.since, silencePatience))) {
    const took = between(state.since, now);
    return move({ ...owedFrom(state, now, now), kind: "challenging", challenges: state.challenges }, [
      { kind: "challenge.propagated", took, ...(silent === null ? {} : { silent }) },
    ]);
  }
  if (missing !== null && now >= after(state.since, propagationDeadline))
    return abandon(fault("dns-not-propagated", missing), terms, now);
  const polls = state.polls + 1;
  return move({ ...state, polls, faults: 0, wakeAt: nextPoll(state.since, polls, null, now) });
}

/** The CA's time to validate counts from here: however long the post took is not held against it. */
function validate(state: In<"challenging">, now: Instant): Decision {
  return move({ ...owedFrom(state, now, nextPoll(now, 0, null, now)), kind: "validating", polls: 0 });
}

function validating(
  state: In<"validating">,
  { order, retryAt: askedFor }: { readonly order: OrderFacts; readonly retryAt: Instant | null },
  terms: IssuanceTerms,
  now: Instant,
): Decision {
  switch (order.status) {
    case "ready":
      return move({ ...owedFrom(state, now, now), kind: "ready" }, [
        { kind: "validated", took: between(state.since, now) },
      ]);
    case "pending": {
      if (now >= after(state.since, validationDeadline)) {
        return abandon(fault("validation-timeout", "The order is still pending."), terms, now);
      }
      const polls = state.polls + 1;
      return move({ ...state, polls, faults: 0, wakeAt: nextPoll(state.since, polls, askedFor, now) });
    }
    case "invalid":
      return move({ ...owedFrom(state, state.since, now), kind: "diagnosing", problem: order.problem });
    case "processing":
    case "valid":
      return abandon(
        fault("order-not-ours", `The order is ${order.status} before we finalized it.`),
        terms,
        now,
      );
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
