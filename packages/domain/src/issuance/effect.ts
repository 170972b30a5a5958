import type { LiveState } from "./state.ts";

/**
 * What a state owes, as data. Each may be done again after a crash:
 *
 * | effect | again |
 * | --- | --- |
 * | new-order | a second order is made or, at CAs that reuse pending orders, the same one comes back; the first expires unused. One that replaces a certificate is then made without saying so: the first stands for it |
 * | read-authorizations, poll-order, download | a read |
 * | post-challenges | the authorization is looked at first; only a challenge still `pending` is posted |
 * | make-key | local; a key that was not stored is forgotten |
 * | finalize | the order is looked at first; only a `ready` one is finalized, with the stored CSR |
 */
export type Effect =
  | "new-order"
  | "read-authorizations"
  | "post-challenges"
  | "poll-order"
  | "make-key"
  | "finalize"
  | "download";

const effects = {
  planned: "new-order",
  ordered: "read-authorizations",
  challenging: "post-challenges",
  validating: "poll-order",
  ready: "make-key",
  finalizing: "finalize",
  processing: "poll-order",
  downloading: "download",
  diagnosing: "read-authorizations",
} as const satisfies Record<LiveState["kind"], Effect>;

export const effectOf = (state: LiveState): Effect => effects[state.kind];

/**
 * Whether the CA's state changes by it. Such an effect runs only once the state that owes it is committed;
 * the others may follow in the same step.
 */
export const changesTheCa = (effect: Effect): boolean =>
  effect === "new-order" || effect === "post-challenges" || effect === "finalize";
