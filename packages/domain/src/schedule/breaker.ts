/**
 * A circuit breaker for one CA, measured on what our own work there meets. Closed: all work goes there. Open: none
 * until `openUntil`; then one piece of work at a time is a probe, and how it ends closes the breaker or opens it
 * again for twice as long.
 */
import {
  after,
  between,
  type Duration,
  type Instant,
  instant,
  milliseconds,
  minutes,
  seconds,
} from "../time/instant.ts";

/** What is remembered of a CA: plain data, fit for JSON. */
export interface Health {
  /** Of the recent past: each counts half after every `halfLife`. As of `at`. */
  readonly answered: number;
  readonly failed: number;
  /** When the last was observed; the epoch before the first. */
  readonly at: Instant;
  /** Failures since the last answer. */
  readonly failedInARow: number;
  readonly state: "closed" | "open" | "probing";
  /**
   * Until when nothing (but the probe that is under way) is admitted. When closed: until when that was so the last
   * time; the epoch when it never was.
   */
  readonly openUntil: Instant;
  /** Openings that followed each other closely; the last one's length comes from it. */
  readonly trips: number;
}

/** `answered`: the CA did its part, whatever it said of the names. `failed`: it did not, or was not reached. */
export type CaOutcome = "answered" | "failed";

const halfLife = minutes(1);
/** From so many observations on, their majority tells. */
const enough = 10;
/** With fewer of them, so many failures in a row do. */
const mostInARow = 5;
const firstOpening = seconds(30);
const longestOpening = minutes(15);
/** A probe that has not been heard of for so long is lost with the process that had it. */
const probeTime = minutes(1);

export const freshHealth: Health = {
  answered: 0,
  failed: 0,
  at: instant(0),
  failedInARow: 0,
  state: "closed",
  openUntil: instant(0),
  trips: 0,
};

/**
 * What may be begun at the CA now: `all`; one piece of work as a `probe`, to be noted with `beginProbe`; or `none`.
 */
export function admits({ state, openUntil }: Health, now: Instant): "all" | "probe" | "none" {
  if (state === "closed") return "all";
  return now < openUntil ? "none" : "probe";
}

/** From when on a probe is admitted; null while all is. */
export const probeAt = ({ state, openUntil }: Health): Instant | null =>
  state === "closed" ? null : openUntil;

/** A probe is on its way: nothing else is admitted until it ends, or is lost. Nothing changes when none is due. */
export function beginProbe(health: Health, now: Instant): Health {
  if (admits(health, now) !== "probe") return health;
  return { ...health, state: "probing", openUntil: after(now, probeTime) };
}

/**
 * Counts how a piece of work went. Work that was begun before the breaker opened goes on and is observed too: before
 * a probe is due it is only counted, after that it is as good as a probe.
 *
 * @param now may be earlier than the last observation's: clocks differ between processes.
 */
export function observe(health: Health, outcome: CaOutcome, now: Instant): Health {
  const counted = count(health, outcome, now);
  if (health.state === "closed") return isSick(counted) ? open(counted, now) : counted;
  if (health.state === "open" && now < health.openUntil) return counted;
  if (outcome === "failed") return open(counted, now);
  return {
    ...counted,
    answered: 1,
    failed: 0,
    state: "closed",
    openUntil: instant(Math.min(health.openUntil, now)),
  };
}

function count(health: Health, outcome: CaOutcome, now: Instant): Health {
  const left = 0.5 ** (between(health.at, now) / halfLife);
  const failed = outcome === "failed";
  return {
    ...health,
    answered: health.answered * left + (failed ? 0 : 1),
    failed: health.failed * left + (failed ? 1 : 0),
    failedInARow: failed ? health.failedInARow + 1 : 0,
    at: instant(Math.max(health.at, now)),
  };
}

function isSick({ answered, failed, failedInARow }: Health): boolean {
  return answered + failed >= enough ? failed > answered : failedInARow >= mostInARow;
}

function open(health: Health, now: Instant): Health {
  const { state, openUntil } = health;
  const followsClosely = state !== "closed" || between(openUntil, now) < longestOpening;
  const trips = followsClosely ? health.trips + 1 : 1;
  return { ...health, state: "open", openUntil: after(now, openingAt(trips)), trips };
}

const openingAt = (trips: number): Duration =>
  milliseconds(Math.min(firstOpening * 2 ** (trips - 1), longestOpening));

/** A health that was stored; what is missing or is none (a new CA has `{}`) is fresh. */
export function healthOf(json: unknown): Health {
  if (typeof json !== "object" || json === null) return freshHealth;
  const stored = json as Readonly<Record<string, unknown>>;
  const number = (name: keyof Health): number => {
    const value = stored[name];
    return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : 0;
  };
  const { state } = stored;
  return {
    answered: number("answered"),
    failed: number("failed"),
    at: instant(number("at")),
    failedInARow: number("failedInARow"),
    state: state === "open" || state === "probing" ? state : "closed",
    openUntil: instant(number("openUntil")),
    trips: number("trips"),
  };
}
