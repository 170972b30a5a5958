/** Lets a campaign's list stand in line wave by wave, as work/feed-campaigns.ts does. */
import { countedFailures, isFailing, judgeWave, lastWave, sampleSize, waveSize } from "../campaign/wave.ts";
import type { FailureCode } from "../failure/failure-code.ts";
import { after, between, type Instant, milliseconds, minutes, seconds } from "../time/instant.ts";
import { joinsLineAt } from "./first-check.ts";
import type { Line } from "./line.ts";
import type { Lineage } from "./lineage.ts";

/** Lineages released at once, and how soon more are. A round takes 100 in, 50 rounds a second: the line is never full. */
const releaseBatch = 500;
const afterRelease = seconds(1);
const counted: ReadonlySet<string> = new Set(countedFailures);

export class CampaignWaves {
  readonly #list: readonly Lineage[];
  readonly #line: Line;
  readonly #mostFailed: number;
  readonly #checksFirst: boolean;
  #wave = 0;
  #left = 0;
  #beganAt: Instant;
  #released = 0;
  /** Of the wave that is judged. */
  #members: Lineage[] = [];
  /** Whether the newest first attempts of the last wave failed, the oldest first. */
  #sample: boolean[] = [];
  #dueAt: Instant | null;
  #pauses = 0;

  constructor(parts: {
    readonly list: readonly Lineage[];
    readonly line: Line;
    /** The share of a wave that may fail, 0 to 1. */
    readonly mostFailed: number;
    /** Whether names are checked before they join the line. */
    readonly checksFirst: boolean;
    readonly startsAt: Instant;
  }) {
    this.#list = parts.list;
    this.#line = parts.line;
    this.#mostFailed = parts.mostFailed;
    this.#checksFirst = parts.checksFirst;
    this.#beganAt = parts.startsAt;
    this.#dueAt = parts.list.length === 0 ? null : parts.startsAt;
  }

  get dueAt(): Instant | null {
    return this.#dueAt;
  }

  /** How often it would have waited for a person, who is taken to resume it at once. */
  get pauses(): number {
    return this.#pauses;
  }

  /** A first attempt of one of the list has ended, well or for a cause. */
  noteFirst({ joinsAt, issuableFrom }: Lineage, cause: FailureCode | null): void {
    if (this.#wave < lastWave || (cause !== null && !counted.has(cause))) return;
    // It was ordered against its check: that tells nothing of the platform.
    const wasForetold = joinsAt !== null && (issuableFrom === null || issuableFrom > joinsAt);
    if (cause !== null && wasForetold) return;
    this.#sample.push(cause !== null);
    if (this.#sample.length > sampleSize) this.#sample.shift();
  }

  step(now: Instant): void {
    if (this.#wave === 0) this.#begin(1, now);
    else if (this.#left > 0) this.#release(now);
    else if (this.#wave < lastWave) this.#judge(now);
    else this.#watch(now);
  }

  #begin(wave: number, now: Instant): void {
    this.#wave = wave;
    this.#left = waveSize(wave, { size: this.#list.length, left: this.#list.length - this.#released });
    this.#beganAt = now;
    this.#members = [];
    this.#dueAt = now;
  }

  #release(now: Instant): void {
    const batch = Math.min(this.#left, releaseBatch);
    for (const lineage of this.#list.slice(this.#released, this.#released + batch)) {
      lineage.wave = this.#wave;
      if (this.#wave < lastWave) this.#members.push(lineage);
      if (this.#checksFirst) lineage.joinsAt = joinsLineAt(lineage, now);
      this.#line.wakeAt(lineage, lineage.joinsAt ?? now);
    }
    this.#released += batch;
    this.#left -= batch;
    this.#dueAt = after(now, afterRelease);
  }

  #judge(now: Instant): void {
    const isFailed = ({ certificate, failureCode }: Lineage): boolean =>
      certificate === null && failureCode !== null && counted.has(failureCode);
    // Those that are parked wait for a limit of their own, others for their names to be put right: for days perhaps.
    const waits = ({ isParked, joinsAt }: Lineage): boolean =>
      isParked || (joinsAt !== null && joinsAt > now);
    const members = this.#members.filter((each) => !waits(each) || isFailed(each));
    const failed = members.filter(isFailed).length;
    const ended = failed + members.filter(({ certificate }) => certificate !== null).length;
    const terms = { beganAt: this.#beganAt, mostFailed: this.#mostFailed };
    const verdict =
      members.length === 0 ? "passed" : judgeWave({ members: members.length, ended, failed }, terms, now);
    if (verdict === "failed") this.#pauses += 1;
    if (verdict === "under-way") this.#dueAt = nextLook(this.#beganAt, now);
    else this.#begin(this.#wave + 1, now);
  }

  #watch(now: Instant): void {
    const failed = this.#sample.filter((each) => each).length;
    if (isFailing({ ended: this.#sample.length, failed }, this.#mostFailed)) {
      this.#pauses += 1;
      this.#sample = [];
    }
    this.#dueAt = nextLook(this.#beganAt, now);
  }
}

/** A young wave is looked at often, one of many days every ten minutes. */
const nextLook = (beganAt: Instant, now: Instant): Instant =>
  after(now, milliseconds(Math.min(Math.max(between(beganAt, now) / 10, seconds(10)), minutes(10))));
