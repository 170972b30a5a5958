import { type Backoff, backoffAfter } from "../flow/backoff.ts";
import type { Bell } from "../flow/bell.ts";
import { workInLanes } from "../flow/lanes.ts";
import type { Pacer } from "../flow/pacer.ts";
import { pause } from "../flow/pause.ts";
import type { Holding } from "../holding/holding.ts";
import { nextDue } from "../holding/next-due.ts";
import { type Away, type PushOptions, pushAttemptOf, pushLineage } from "./push-lineage.ts";
import { reconcile } from "./reconcile.ts";

export interface DriveOptions extends PushOptions {
  readonly pacer: Pacer;
  /** Milliseconds between two looks at the proxy's health. */
  readonly lookEvery: number;
  /** Milliseconds between two comparisons of what the proxy has with what it should have. */
  readonly reconcileEvery: number;
  readonly bell: Bell;
  readonly backoff: Backoff;
}

/** Certificates given to the proxy at once: they hide the way to it, and the reading of files. */
const lanes = 4;

/**
 * Gives the proxy what changed on disk, until the signal aborts; what it is being given is finished. A proxy
 * that has started anew, or whose certificates somebody else has changed, is given what it lacks.
 */
export async function driveProxy(options: DriveOptions, signal: AbortSignal): Promise<void> {
  const reach = new Reach(options);
  let known: Known = { bootId: null, reconcileAt: 0 };
  /** One that tells its health may still take nothing: then it is back only once it does. */
  let isTaking = true;
  while (!signal.aborted) {
    const look = await lookAtProxy(known, options, signal);
    if (signal.aborted) return;
    if (look.kind === "up") known = look.known;
    if (look.kind === "up" && isTaking) reach.found();
    const away = look.kind === "away" ? look : await workUntilNextLook(options, reach, signal);
    if (signal.aborted) return;
    isTaking = look.kind === "away" || away === null;
    if (away === null) reach.found();
    else await pause(reach.lost(away.reason), signal);
  }
}

/** Whether the proxy can be reached, told when that changes. */
class Reach {
  readonly #options: Pick<DriveOptions, "backoff" | "log">;
  #failures = 0;

  constructor(options: Pick<DriveOptions, "backoff" | "log">) {
    this.#options = options;
  }

  /** @returns the milliseconds after which to try again. */
  lost(reason: string): number {
    this.#failures += 1;
    const retryIn = backoffAfter(this.#failures, this.#options.backoff);
    this.#options.log({ kind: "proxy-lost", reason, retryIn });
    return retryIn;
  }

  found(): void {
    if (this.#failures > 0) this.#options.log({ kind: "proxy-back" });
    this.#failures = 0;
  }
}

/** What was seen of the proxy the last time. */
interface Known {
  readonly bootId: string | null;
  /** Milliseconds since 1970. */
  readonly reconcileAt: number;
}

type Look = { readonly kind: "up"; readonly known: Known } | Away;

/** Reconciles when the proxy is another than it was, and when it is time. */
async function lookAtProxy(known: Known, options: DriveOptions, signal: AbortSignal): Promise<Look> {
  const health = await options.driver.health(signal);
  if (health.kind === "away") return health;
  const { bootId } = health;
  if (bootId === known.bootId && Date.now() < known.reconcileAt) return { kind: "up", known };
  const outcome = await reconcile(options, signal);
  if (outcome.kind === "away") return outcome;
  return { kind: "up", known: { bootId, reconcileAt: Date.now() + options.reconcileEvery } };
}

/** Works on what is due until the proxy should be looked at again (null), or cannot be reached. */
async function workUntilNextLook(
  options: DriveOptions,
  reach: Reach,
  signal: AbortSignal,
): Promise<Away | null> {
  const { holdings, retries, bell, pacer, lookEvery } = options;
  const round = new AbortController();
  const stop = AbortSignal.any([signal, round.signal, AbortSignal.timeout(lookEvery)]);
  const line = { line: holdings.unloaded, holdings, retries, attemptOf: pushAttemptOf };
  const next = (underWay: ReadonlySet<string>, most: number) => nextDue(line, underWay, most);
  let away: Away | null = null;
  const work = async (holding: Holding): Promise<void> => {
    await pacer.turn(stop);
    if (stop.aborted) return;
    const lost = await pushLineage(holding, options, signal);
    if (lost === null) reach.found();
    else round.abort();
    away ??= lost;
  };
  await workInLanes({ lanes, next, work, bell }, stop);
  return away;
}
