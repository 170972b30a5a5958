/** What becomes of an issuance: every state × every input, each typed so that none is forgotten. */
import type { FailureCode } from "../src/failure/failure-code.ts";
import type { IssuanceInput, OrderStatus } from "../src/issuance/input.ts";
import type { IssuanceKind, LiveState } from "../src/issuance/state.ts";

/** What of an input makes a difference. */
export interface Variants {
  readonly order: OrderStatus;
  readonly authorizations: "pending" | "by dns-01" | "valid" | "invalid" | "without any";
  readonly placed: "done";
  readonly published: "done";
  readonly propagation: "missing" | "everywhere" | "but for a silent one";
  readonly challenged: "done";
  readonly keyed: "done";
  readonly certificate: "ours" | "other key" | "other names";
  readonly fault: "wait" | "retry" | "end";
}

type Live = LiveState["kind"];
type Outcome = Live | "issued" | `${Live}, late: ${FailureCode}` | `abandoned: ${FailureCode}`;

/** The input says nothing to this state, whatever is in it. */
export const stale = null;

type Row = { readonly [K in IssuanceInput["kind"]]: Readonly<Record<Variants[K], Outcome>> | typeof stale };

const fault = <K extends Live>(kind: K) =>
  ({
    wait: `${kind}, late: ca-busy`,
    retry: "abandoned: order-gone",
    end: "abandoned: name-paused",
  }) as const;

const nothing = {
  order: stale,
  authorizations: stale,
  placed: stale,
  published: stale,
  propagation: stale,
  challenged: stale,
  keyed: stale,
  certificate: stale,
  fault: stale,
} as const satisfies Row;

export const table = {
  planned: {
    order: {
      pending: "ordered",
      ready: "ready",
      processing: "abandoned: order-not-ours",
      valid: "abandoned: order-not-ours",
      invalid: "diagnosing",
    },
    authorizations: stale,
    placed: stale,
    published: stale,
    propagation: stale,
    challenged: stale,
    keyed: stale,
    certificate: stale,
    fault: fault("planned"),
  },
  ordered: {
    order: stale,
    authorizations: {
      pending: "challenging",
      valid: "validating",
      invalid: "abandoned: wrong-response",
      "by dns-01": "placing",
      "without any": "abandoned: challenge-not-offered",
    },
    placed: stale,
    published: stale,
    propagation: stale,
    challenged: stale,
    keyed: stale,
    certificate: stale,
    fault: fault("ordered"),
  },
  placing: {
    order: stale,
    authorizations: stale,
    placed: { done: "publishing" },
    published: stale,
    propagation: stale,
    challenged: stale,
    keyed: stale,
    certificate: stale,
    fault: fault("placing"),
  },
  publishing: {
    order: stale,
    authorizations: stale,
    placed: stale,
    published: { done: "propagating" },
    propagation: stale,
    challenged: stale,
    keyed: stale,
    certificate: stale,
    fault: fault("publishing"),
  },
  propagating: {
    order: stale,
    authorizations: stale,
    placed: stale,
    published: stale,
    propagation: {
      missing: "propagating",
      everywhere: "challenging",
      "but for a silent one": "propagating",
    },
    challenged: stale,
    keyed: stale,
    certificate: stale,
    fault: fault("propagating"),
  },
  challenging: {
    order: stale,
    authorizations: stale,
    placed: stale,
    published: stale,
    propagation: stale,
    challenged: { done: "validating" },
    keyed: stale,
    certificate: stale,
    fault: fault("challenging"),
  },
  validating: {
    order: {
      pending: "validating",
      ready: "ready",
      processing: "abandoned: order-not-ours",
      valid: "abandoned: order-not-ours",
      invalid: "diagnosing",
    },
    authorizations: stale,
    placed: stale,
    published: stale,
    propagation: stale,
    challenged: stale,
    keyed: stale,
    certificate: stale,
    fault: fault("validating"),
  },
  ready: {
    order: stale,
    authorizations: stale,
    placed: stale,
    published: stale,
    propagation: stale,
    challenged: stale,
    keyed: { done: "finalizing" },
    certificate: stale,
    fault: fault("ready"),
  },
  finalizing: {
    order: {
      pending: "finalizing, late: order-not-ready",
      ready: "finalizing, late: order-not-ready",
      processing: "processing",
      valid: "downloading",
      invalid: "diagnosing",
    },
    authorizations: stale,
    placed: stale,
    published: stale,
    propagation: stale,
    challenged: stale,
    keyed: stale,
    certificate: stale,
    fault: fault("finalizing"),
  },
  processing: {
    order: {
      pending: "finalizing, late: order-not-ready",
      ready: "finalizing, late: order-not-ready",
      processing: "processing",
      valid: "downloading",
      invalid: "diagnosing",
    },
    authorizations: stale,
    placed: stale,
    published: stale,
    propagation: stale,
    challenged: stale,
    keyed: stale,
    certificate: stale,
    fault: fault("processing"),
  },
  downloading: {
    order: stale,
    authorizations: stale,
    placed: stale,
    published: stale,
    propagation: stale,
    challenged: stale,
    keyed: stale,
    certificate: {
      ours: "issued",
      "other key": "abandoned: certificate-unusable",
      "other names": "abandoned: names-differ",
    },
    fault: fault("downloading"),
  },
  diagnosing: {
    order: stale,
    authorizations: {
      pending: "abandoned: order-invalid",
      valid: "abandoned: order-invalid",
      invalid: "abandoned: wrong-response",
      "by dns-01": "abandoned: order-invalid",
      "without any": "abandoned: order-invalid",
    },
    placed: stale,
    published: stale,
    propagation: stale,
    challenged: stale,
    keyed: stale,
    certificate: stale,
    fault: fault("diagnosing"),
  },
  issued: nothing,
  abandoned: nothing,
} as const satisfies Record<IssuanceKind, Row>;
