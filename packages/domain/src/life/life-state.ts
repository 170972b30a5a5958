/**
 * Where a lineage stands in its life, as a machine: what the store keeps, and what each event makes of it. The diagram
 * and the policy are in docs/life.md. `queued` is not kept: it is a `waiting` one that stands in the planner's line. Nor is
 * `delivering`: an `active` one whose first certificate its edges do not serve yet, as their group's rule wants it.
 */

/**
 * - `waiting`: has no certificate, and is owed a try, a check or its campaign's turn. - `issuing`: its first certificate is
 * being obtained. - `active`: has one, and nothing is wrong. - `failing`: has one, and its renewal fails. - `paused`: its
 * CA takes no order for its names until a person unpauses them there, or a person here wants none. - `failed`: given up. - `moved`: has one, and its
 * names lead elsewhere. - `removed`: nothing is done for it any more.
 */
export const lifeStates = [
  "waiting",
  "issuing",
  "active",
  "failing",
  "paused",
  "failed",
  "moved",
  "removed",
] as const;

export type LifeState = (typeof lifeStates)[number];

/** What people are shown, in the order of a life. */
export const domainStates = [
  "waiting",
  "queued",
  "issuing",
  "delivering",
  "active",
  "failing",
  "paused",
  "failed",
  "moved",
  "removed",
] as const satisfies readonly (LifeState | "queued" | "delivering")[];

export type DomainState = (typeof domainStates)[number];

export const lifeEvents = [
  /** An order is planned for it. */
  "order-begun",
  /** Before the CA heard of it the order was taken back. */
  "order-taken-back",
  "issued",
  /** An attempt failed, and there will be another by itself. */
  "attempt-failed",
  /** The CA has paused its names. */
  "paused-by-ca",
  /** A person wants nothing ordered for it. */
  "paused-by-operator",
  /** That person, or another, wants it again; nothing had failed. */
  "unpaused",
  /** No further try is made by itself. */
  "gave-up",
  /** A person wants it, its check has turned right, or what no CA would issue one may now. */
  "resumed",
  /** It goes on without names that failed. */
  "names-left-out",
  "moved-away",
  "came-back",
  "removed",
] as const;

export type LifeEvent = (typeof lifeEvents)[number];

/** What follows depends on whether a certificate is held, valid or not. */
export interface ByCertificate {
  readonly held: LifeState;
  readonly none: LifeState;
}

export type Transition = LifeState | ByCertificate;

const backToWork: ByCertificate = { held: "failing", none: "waiting" };
const wellAgain: ByCertificate = { held: "active", none: "waiting" };

/** An event that is not here leaves the state as it is. */
export const transitions: Readonly<Record<LifeState, Readonly<Partial<Record<LifeEvent, Transition>>>>> = {
  waiting: {
    "order-begun": "issuing",
    issued: "active",
    "paused-by-ca": "paused",
    "gave-up": "failed",
    "paused-by-operator": "paused",
    removed: "removed",
  },
  issuing: {
    "order-taken-back": "waiting",
    issued: "active",
    "attempt-failed": "waiting",
    "paused-by-ca": "paused",
    "gave-up": "failed",
    "paused-by-operator": "paused",
    removed: "removed",
  },
  active: {
    "attempt-failed": "failing",
    "paused-by-ca": "paused",
    "gave-up": "failed",
    "moved-away": "moved",
    "paused-by-operator": "paused",
    removed: "removed",
  },
  failing: {
    issued: "active",
    "names-left-out": "active",
    "paused-by-ca": "paused",
    "gave-up": "failed",
    "moved-away": "moved",
    "paused-by-operator": "paused",
    removed: "removed",
  },
  paused: {
    issued: "active",
    unpaused: wellAgain,
    resumed: backToWork,
    "names-left-out": wellAgain,
    "moved-away": { held: "moved", none: "paused" },
    removed: "removed",
  },
  failed: {
    issued: "active",
    resumed: backToWork,
    "names-left-out": wellAgain,
    "moved-away": { held: "moved", none: "failed" },
    "paused-by-operator": "paused",
    removed: "removed",
  },
  moved: { issued: "active", resumed: "active", "came-back": "active", removed: "removed" },
  removed: {},
};

/** Pure; the whole table is in life-state.test.ts. */
export function lifeAfter(
  state: LifeState,
  event: LifeEvent,
  { hasCertificate }: { readonly hasCertificate: boolean },
): LifeState {
  const next = transitions[state][event] ?? state;
  return typeof next === "string" ? next : hasCertificate ? next.held : next.none;
}

/** In these nothing is ordered by itself. */
export const restingStates: readonly LifeState[] = ["paused", "failed", "moved", "removed"];
