/** From an order to its validation: which challenges are answered, how, and how long the CA is waited for. */
import { after, between, type Instant } from "../time/instant.ts";
import { chooseChallenge } from "./choose-challenge.ts";
import type { Decision } from "./decision.ts";
import { failedValidation } from "./diagnose.ts";
import type { AuthorizationFacts, OrderFacts, Propagation } from "./input.ts";
import { abandon, fault, type In, type IssuanceTerms, move, owedFrom } from "./move.ts";
import { nextPoll, propagationDeadline, silencePatience, validationDeadline } from "./pace.ts";
import type { PendingChallenge, RecordPlace } from "./state.ts";

/**
 * A challenge that the CA is processing already belongs to an earlier order of ours, whose answer is no
 * longer published: it is answered anew, and posted anew to have it retried (RFC 8555 section 8.2).
 */
export function authorize(
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
export function publish(state: In<"placing">, records: readonly RecordPlace[], now: Instant): Decision {
  const { challenges, since } = state;
  return {
    state: { ...owedFrom(state, since, now), kind: "publishing", challenges, records },
    done: [],
    publish: challenges,
    fault: null,
  };
}

export function propagate(state: In<"publishing">, now: Instant): Decision {
  const { challenges, records } = state;
  return move({ ...owedFrom(state, now, now), kind: "propagating", challenges, records, polls: 0 }, [
    { kind: "challenge.published", took: between(state.since, now) },
  ]);
}

export function propagating(
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
export function validate(state: In<"challenging">, now: Instant): Decision {
  return move({ ...owedFrom(state, now, nextPoll(now, 0, null, now)), kind: "validating", polls: 0 });
}

export function validating(
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
