/**
 * A campaign begins small: what is wrong with the platform shows in the first hundred certificates, and not in half a
 * million of them.
 */
import { type FailureCode, failureCodes, failures } from "../failure/failure-code.ts";
import { after, hours, type Instant } from "../time/instant.ts";

export const lastWave = 3;

const firstWave = 100;
/** Of the whole list. */
const secondWaveShare = 0.01;

/**
 * How many certificates a wave begins with: 100, then one in a hundred, then all that are left.
 *
 * @param size certificates of the whole campaign.
 * @param left of them, those that no wave has released.
 */
export function waveSize(wave: number, { size, left }: { readonly size: number; readonly left: number }) {
  if (wave >= lastWave) return left;
  return Math.min(left, wave === 1 ? firstWave : Math.ceil(size * secondWaveShare));
}

/** What tells of a name or of the platform; a CA's own trouble tells of neither, and its attempts are made again. */
export const countedFailures: readonly FailureCode[] = failureCodes.filter(
  (code) => failures[code].party !== "ca",
);

/** What became of a wave's certificates so far. */
export interface WaveOutcome {
  readonly members: number;
  /** Those that have a certificate, and those whose newest attempt failed by one of {@link countedFailures}. */
  readonly ended: number;
  /** Of those that ended, the failed ones. */
  readonly failed: number;
}

/** With so many of its members at their end a wave is judged; a few slow ones hold up nobody. */
const endedShare = 0.95;
/** After so long a wave is judged by those that have ended, if any. */
const deadline = hours(24);

/**
 * - `under-way`: too few have ended to tell.
 * - `passed`: the next wave may begin.
 * - `failed`: too many failed; somebody has to look. Told as soon as the rest can no longer change it.
 */
export type WaveVerdict = "under-way" | "passed" | "failed";

/** @param mostFailed the share of those that ended that may have failed, 0 to 1. */
export function judgeWave(
  { members, ended, failed }: WaveOutcome,
  { beganAt, mostFailed }: { readonly beganAt: Instant; readonly mostFailed: number },
  now: Instant,
): WaveVerdict {
  if (failed > mostFailed * members) return "failed";
  const isOver = ended >= endedShare * members || (ended > 0 && now >= after(beganAt, deadline));
  if (!isOver) return "under-way";
  return failed > mostFailed * ended ? "failed" : "passed";
}

/** The last wave is judged all the time, by its newest first attempts: so many, and no fewer. */
export const sampleSize = 200;
const leastSample = 100;

/** Whether a sample of a long wave shows that something is wrong now. */
export const isFailing = ({ ended, failed }: Omit<WaveOutcome, "members">, mostFailed: number): boolean =>
  ended >= leastSample && failed > mostFailed * ended;
