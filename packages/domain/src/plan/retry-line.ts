import type { Fault } from "../failure/classify.ts";
import { givesUpAt, usualGiveUp } from "../life/give-up.ts";
import { retryAt } from "../schedule/retry.ts";
import type { Instant } from "../time/instant.ts";

/** Domains that failed together. */
interface Cohort {
  never: number;
  later: number;
  /** Failures in a row. */
  readonly failures: number;
  /** When the first of them was. */
  readonly since: Instant;
  readonly dueAt: Instant;
}

/** What a customer has to put right, as most of what fails. */
const fault: Fault = { code: "dns", detail: "", retryAt: null };
/**
 * Domains that failed and are tried again by schedule/retry.ts. Each joins the end of the line when it is due, so
 * nothing of it goes before what nobody has tried yet. What was given up joins it when it is right: its check tells.
 */
export class RetryLine {
  readonly #areChecked: boolean;
  /** By failures in a row: within each the first comes first. */
  readonly #waiting = new Map<number, Cohort[]>();
  readonly #line: Cohort[] = [];
  #later = 0;
  /** Domains that will be right, and that were given up. */
  #givenUp = 0;

  /** @param areChecked whether a check that turns right brings the next try forward. */
  constructor({ areChecked }: { readonly areChecked: boolean }) {
    this.#areChecked = areChecked;
  }

  /** Domains that will be right. */
  get later(): number {
    return this.#later;
  }

  add({ never, later }: { readonly never: number; readonly later: number }, at: Instant): void {
    this.#later += later;
    this.#wait({ never, later, failures: 1, since: at }, at);
  }

  /**
   * Takes up to `most` orders.
   *
   * @param areRight whether what is right later is right by now.
   * @returns the orders, and how many of them became certificates.
   */
  take(
    most: number,
    until: Instant,
    areRight: boolean,
  ): { readonly orders: number; readonly certificates: number } {
    this.#join(until);
    if (areRight) this.#takeUp(until);
    const again = new Map<number, Omit<Cohort, "dueAt">>();
    let orders = 0;
    let certificates = 0;
    for (let first = this.#line[0]; first !== undefined && most - orders > 1e-9; first = this.#line[0]) {
      const share = Math.min(1, (most - orders) / (first.never + first.later));
      const [never, later] = [first.never * share, first.later * share];
      first.never -= never;
      first.later -= later;
      if (share === 1) this.#line.shift();
      orders += never + later;
      if (areRight) certificates += later;
      const failures = first.failures + 1;
      const failed = again.get(failures) ?? { never: 0, later: 0, failures, since: first.since };
      failed.never += never;
      failed.later += areRight ? 0 : later;
      again.set(failures, failed);
    }
    this.#later -= certificates;
    for (const failed of again.values()) this.#wait(failed, until);
    return { orders, certificates };
  }

  #wait(failed: Omit<Cohort, "dueAt">, at: Instant): void {
    const { never, later, failures, since } = failed;
    if (never + later <= 0) return;
    const end = givesUpAt({ since, notAfter: null }, usualGiveUp, at);
    const dueAt = retryAt(fault, { attempt: failures, givesUpAt: end }, at);
    if (dueAt === null) {
      this.#givenUp += later;
      return;
    }
    const queue = this.#waiting.get(failures) ?? [];
    queue.push({ ...failed, dueAt });
    this.#waiting.set(failures, queue);
  }

  #takeUp(at: Instant): void {
    if (this.#givenUp > 0)
      this.#line.push({ never: 0, later: this.#givenUp, failures: 0, since: at, dueAt: at });
    this.#givenUp = 0;
    if (!this.#areChecked) return;
    for (const cohort of [...this.#waiting.values()].flat()) {
      if (cohort.later > 0) this.#line.push({ ...cohort, never: 0, dueAt: at });
      cohort.later = 0;
    }
  }

  #join(until: Instant): void {
    const due: Cohort[] = [];
    for (const queue of this.#waiting.values()) {
      const count = queue.findIndex(({ dueAt }) => dueAt > until);
      due.push(...queue.splice(0, count < 0 ? queue.length : count));
    }
    due.sort((a, b) => a.dueAt - b.dueAt);
    this.#line.push(...due);
  }
}
