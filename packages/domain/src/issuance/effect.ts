import type { LiveState } from "./state.ts";

/**
 * What a state owes, as data. Each may be done again after a crash:
 *
 * | effect | again |
 * | --- | --- |
 * | new-order | a second order is made or, at CAs that reuse pending orders, the same one comes back; the first expires unused. One that replaces a certificate is then made without saying so: the first stands for it |
 * | read-authorizations, place-records, look-for-records, poll-order, download | a read |
| publish-records | the same texts are added beside those that are there: no change |
 * | post-challenges | the authorization is looked at first; only a challenge still `pending` is posted |
 * | make-key | local; a key that was not stored is forgotten |
 * | finalize | the order is looked at first; only a `ready` one is finalized, with the stored CSR |
 */
export type Effect =
  | "new-order"
  | "read-authorizations"
  | "place-records"
  | "publish-records"
  | "look-for-records"
  | "post-challenges"
  | "poll-order"
  | "make-key"
  | "finalize"
  | "download";

const effects = {
  planned: "new-order",
  ordered: "read-authorizations",
  placing: "place-records",
  publishing: "publish-records",
  propagating: "look-for-records",
  challenging: "post-challenges",
  validating: "poll-order",
  ready: "make-key",
  finalizing: "finalize",
  processing: "poll-order",
  downloading: "download",
  diagnosing: "read-authorizations",
} as const satisfies Record<LiveState["kind"], Effect>;

export const effectOf = (state: LiveState): Effect => effects[state.kind];

const changing: ReadonlySet<Effect> = new Set([
  "new-order",
  "publish-records",
  "post-challenges",
  "finalize",
]);

/**
 * Whether it changes something at the CA or in the DNS. Such an effect runs only once the state that owes it is
 * committed; the others may follow in the same step.
 */
export const changesOutside = (effect: Effect): boolean => changing.has(effect);
