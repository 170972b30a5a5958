/**
 * This CA without its front: the limits, the outage and the model of names that its HTTP side has, asked by calls in the
 * same process. No keys, no signatures, no certificates and no requests, so the limits of requests are not counted; all
 * that is counted by orders, names and accounts is counted by the same code.
 */
import { after, type Duration, days, hours, type Instant, instant, seconds } from "@certmill/domain";
import { isWithin, suggestedWindow, type Validity } from "../ca/renewal-window.ts";
import { validityFrom } from "../ca/validity.ts";
import { Limits } from "../limits/limits.ts";
import type { LimitRules } from "../limits/rules.ts";
import { type ProblemDocument, Refusal } from "../problem.ts";
import { type Random, seededRandom } from "../random.ts";
import { wrongForHttp01 } from "../validation/http-01.ts";
import type { NameModel } from "../validation/name-model.ts";
import type { Identifier } from "../x509/identifier.ts";

export interface InProcessCaOptions {
  /** Of the one account that there is. */
  readonly accountId: string;
  readonly limits: LimitRules;
  readonly model: NameModel;
  /** How long it takes to look an order's names up, by chance from the least to the most; on top of the model's. */
  readonly lookup: { readonly leastSeconds: number; readonly mostSeconds: number };
  /** Of what the rules leave to chance. */
  readonly seed: number;
}

/** What a client reads of a refusal. */
export interface Problem {
  /** Without `urn:ietf:params:acme:error:`; null: the reply was no problem document. */
  readonly type: string | null;
  /** Of HTTP; 0: no reply came. */
  readonly status: number;
  readonly detail: string;
  readonly retryAt: Instant | null;
  /** As the help link names it. */
  readonly limit?: string;
}

interface Failed {
  readonly kind: "failed";
  readonly problem: Problem;
}

interface Validation {
  readonly identifier: Identifier;
  readonly endsAt: Instant;
  readonly problem: ProblemDocument | null;
}

/** An order as it goes on. */
export interface InProcessOrder {
  readonly names: readonly string[];
  /** Null: no challenge is met yet. */
  validations: readonly Validation[] | null;
  isConcluded: boolean;
}

const portal = "https://portal.invalid";
const certificateLife: Duration = days(90);
/** As Let's Encrypt says. */
const renewalInfoEvery: Duration = hours(6);

export class InProcessCa {
  readonly #account: { readonly id: string; readonly url: string };
  readonly #limits: Limits;
  readonly #model: NameModel;
  readonly #lookup: InProcessCaOptions["lookup"];
  readonly #random: Random;
  #isDown = false;
  #storm: Limits | null = null;
  readonly #stormRefusals: Record<string, number> = {};

  /** @throws RangeError for limits that cannot be counted with. */
  constructor({ accountId, limits, model, lookup, seed }: InProcessCaOptions) {
    this.#random = seededRandom(seed);
    this.#lookup = lookup;
    this.#account = { id: accountId, url: accountId };
    this.#limits = new Limits(limits, portal, this.#random);
    this.#model = model;
  }

  /**
   * From now on it refuses by these rules, too: by fewer than it has told. What is used of the others stays used, and
   * goes on to come back; renewals stay exempt. `null`: it does as it has told again. @throws RangeError
   */
  setStorm(rules: LimitRules | null): void {
    for (const [limit, count] of Object.entries(this.#storm?.refusals.tally() ?? {}))
      this.#stormRefusals[limit] = (this.#stormRefusals[limit] ?? 0) + count;
    this.#storm = rules === null ? null : new Limits(rules, portal, seededRandom(0));
  }

  /** Down: every call is answered as by a front end whose CA is gone. */
  setOutage(isDown: boolean): void {
    this.#isDown = isDown;
  }

  /** @param replaced the certificate that the order names as the one it replaces; null: none. */
  newOrder(names: readonly string[], now: Instant, replaced: Validity | null = null) {
    if (this.#isDown) return unavailable();
    const identifiers = names.map(dns);
    const replacesInWindow = replaced !== null && isWithin(suggestedWindow(replaced), now);
    try {
      this.#limits.refusePaused(this.#account, identifiers, now);
      const request = { account: this.#account, identifiers, replacesInWindow };
      const spentBefore = this.#spent;
      const giveBack = this.#limits.newOrder(request, now);
      if (this.#storm !== null && this.#spent > spentBefore)
        refuseInStorm(this.#storm, request, { now, giveBack });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { kind: "refused" as const, problem: problemOf(error, now) };
    }
    const order: InProcessOrder = { names, validations: null, isConcluded: false };
    return { kind: "accepted" as const, order };
  }

  /** All challenges are met: each name is looked up now, and judged when the model says. */
  validate(order: InProcessOrder, now: Instant) {
    if (this.#isDown) return unavailable();
    const { leastSeconds: least, mostSeconds: most } = this.#lookup;
    const lookedAt = after(now, seconds(most === 0 ? 0 : least + (most - least) * this.#random()));
    order.validations ??= order.names.map((name) => this.#begin(name, { now, lookedAt }));
    return { kind: "begun" as const };
  }

  look(order: InProcessOrder, now: Instant) {
    if (this.#isDown) return unavailable();
    const validations = order.validations ?? [];
    if (validations.length === 0 || validations.some(({ endsAt }) => endsAt > now))
      return { kind: "pending" as const };
    this.#conclude(order);
    const failed = validations.flatMap(({ identifier, problem }) =>
      problem === null ? [] : [{ identifier: identifier.value, problem: problemOfDocument(problem) }],
    );
    return failed.length === 0 ? { kind: "ready" as const } : { kind: "invalid" as const, failed };
  }

  finalize(order: InProcessOrder, now: Instant) {
    if (this.#isDown) return unavailable();
    this.#limits.issued(this.#account, order.names.map(dns), now);
    return { kind: "issued" as const, ...validityFrom(now, certificateLife) };
  }

  /** When a certificate should be renewed, and when to ask again. */
  renewalInfo(certificate: Validity, now: Instant) {
    if (this.#isDown) return unavailable();
    return {
      kind: "told" as const,
      window: suggestedWindow(certificate),
      retryAt: after(now, renewalInfoEvery),
    };
  }

  /** A certificate of the past. */
  hasIssued(names: readonly string[], at: Instant): void {
    this.#limits.issued(this.#account, names.map(dns), at);
  }

  /** Orders of the past, each of a name of its own; no more than its limit allows. */
  hasOrdered(count: number, at: Instant): void {
    const left = Math.min(count, this.#limits.ordersLeft(this.#account, at) ?? 0);
    for (let n = 1; n <= left; n += 1)
      this.#limits.newOrder(
        { account: this.#account, identifiers: [dns(`before${n}.invalid`)], replacesInWindow: false },
        at,
      );
  }

  counts(now: Instant): {
    readonly spent: number;
    readonly left: number | null;
    readonly refusals: Readonly<Record<string, number>>;
  } {
    const refusals: Record<string, number> = { ...this.#limits.refusals.tally() };
    for (const more of [this.#stormRefusals, this.#storm?.refusals.tally() ?? {}])
      for (const [limit, count] of Object.entries(more)) refusals[limit] = (refusals[limit] ?? 0) + count;
    return {
      spent: this.#spent,
      left: this.#limits.ordersLeft(this.#account, now),
      refusals,
    };
  }

  /** Orders that no limit was held against, as they replaced a certificate in its window. */
  get exemptOrders(): number {
    return this.#limits.exemptOrders;
  }

  /** Names that it takes no order for until a person ends that. */
  get paused(): readonly string[] {
    return this.#limits.pauses.of(this.#account.id);
  }

  get #spent(): number {
    return this.#limits.spent.tally().newOrdersPerAccount;
  }

  #begin(name: string, { now, lookedAt }: { readonly now: Instant; readonly lookedAt: Instant }): Validation {
    const state = this.#model(name, now);
    const identifier = dns(name);
    switch (state.kind) {
      case "right":
        return { identifier, endsAt: lookedAt, problem: null };
      case "wrong":
        return { identifier, endsAt: lookedAt, problem: wrongForHttp01(state.how, name, "token") };
      case "slow": {
        const { outcome = "right" } = state;
        const problem = outcome === "right" ? null : wrongForHttp01(outcome, name, "token");
        return { identifier, endsAt: after(lookedAt, seconds(state.seconds)), problem };
      }
    }
  }

  /** Once for each order; what is counted is counted as of when it happened. */
  #conclude(order: InProcessOrder): void {
    if (order.isConcluded) return;
    order.isConcluded = true;
    for (const { identifier, endsAt, problem } of order.validations ?? []) {
      if (problem === null) this.#limits.succeeded(this.#account, identifier);
      else this.#limits.failed(this.#account, identifier, endsAt);
    }
  }
}

/** What renewals are exempt from they are exempt from in a storm, too. @throws Refusal */
function refuseInStorm(
  storm: Limits,
  request: Parameters<Limits["newOrder"]>[0],
  { now, giveBack }: { readonly now: Instant; readonly giveBack: () => void },
): void {
  try {
    storm.newOrder(request, now);
  } catch (error) {
    giveBack();
    throw error;
  }
}

const dns = (value: string): Identifier => ({ type: "dns", value });

const unavailable = (): Failed => ({
  kind: "failed",
  problem: { type: null, status: 503, detail: "503 Service Temporarily Unavailable", retryAt: null },
});

const problemOfDocument = ({ type, detail, status }: ProblemDocument): Problem => ({
  type: type.slice("urn:ietf:params:acme:error:".length),
  status,
  detail,
  retryAt: null,
});

/** Header and help link are read as a client reads them. */
function problemOf({ document, headers }: Refusal, now: Instant): Problem {
  const after = headers["Retry-After"];
  const limit = /rate-limits\/#([\w-]+)/.exec(document.detail)?.[1];
  return {
    ...problemOfDocument(document),
    retryAt: after === undefined ? null : instant(now + Number(after) * 1_000),
    ...(limit === undefined ? {} : { limit }),
  };
}
