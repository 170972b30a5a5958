import type { Fault } from "../failure/classify.ts";
import { retryAt, seldomAfter } from "../schedule/retry.ts";
import type { Instant } from "../time/instant.ts";

/** Domains that failed together. */
interface Cohort {
  never: number;
  later: number;
  /** Failures in a row. */
  readonly failures: number;
  readonly dueAt: Instant;
}

/** What a customer has to put right, as most of what fails. */
const fault: Fault = { code: "dns", detail: "", retryAt: null };
/**
 * Domains that failed and are tried again by schedule/retry.ts. Each joins the end of the line when it is due, so
 * nothing of it goes before what nobody has tried yet.
 */
export class RetryLine {
  readonly #waiting: Cohort[][] = Array.from({ length: seldomAfter }, () => []);
  readonly #line: Cohort[] = [];
  #later = 0;

  /** Domains that will be right. */
  get later(): number {
    return this.#later;
  }

  add({ never, later }: { readonly never: number; readonly later: number }, at: Instant): void {
    this.#later += later;
    this.#wait({ never, later }, 1, at);
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
    const again = Array.from({ length: seldomAfter + 1 }, () => ({ never: 0, later: 0 }));
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
      const failed = again[Math.min(first.failures + 1, seldomAfter)];
      if (failed === undefined) continue;
      failed.never += never;
      failed.later += areRight ? 0 : later;
    }
    this.#later -= certificates;
    for (const [failures, failed] of again.entries()) this.#wait(failed, failures, until);
    return { orders, certificates };
  }

  #wait(
    { never, later }: { readonly never: number; readonly later: number },
    failures: number,
    at: Instant,
  ): void {
    const dueAt = retryAt(fault, { attempt: failures, hasCertificate: false }, at);
    if (never + later <= 0 || dueAt === null) return;
    this.#waiting[Math.min(failures, seldomAfter) - 1]?.push({ never, later, failures, dueAt });
  }

  #join(until: Instant): void {
    const due: Cohort[] = [];
    for (const queue of this.#waiting) {
      const count = queue.findIndex(({ dueAt }) => dueAt > until);
      due.push(...queue.splice(0, count < 0 ? queue.length : count));
    }
    due.sort((a, b) => a.dueAt - b.dueAt);
    this.#line.push(...due);
  }
}
