/**
 * One issuance, by the state machine of issuance/: each effect is asked of the simulated CA, and takes no time but the
 * waits that the machine itself decides on.
 */
import { type LedgerChange, ledgerChanges } from "../budget/ledger-change.ts";
import type { Exemption, Spending } from "../budget/order-spending.ts";
import { failedNames, type SplitPack, splitPack } from "../campaign/split-pack.ts";
import { classifyRequest, type Fault, type ProblemFacts } from "../failure/classify.ts";
import type { FailureCode } from "../failure/failure-code.ts";
import { advance } from "../issuance/advance.ts";
import { effectOf } from "../issuance/effect.ts";
import type { AuthorizationFacts, IssuanceInput, OrderFacts, OrderStatus } from "../issuance/input.ts";
import { isLive, type LiveState, planned } from "../issuance/state.ts";
import { type Failing, givesUpAt, usualGiveUp } from "../life/give-up.ts";
import type { Validity } from "../schedule/renewal.ts";
import type { WorkClass } from "../schedule/work-class.ts";
import type { Instant } from "../time/instant.ts";
import type { Lineage } from "./lineage.ts";
import type { PoolCa } from "./pool-ca.ts";
import type { CaOrder, FailedName } from "./simulated-ca.ts";

export type AttemptEnd =
  /** The CA has to be looked at again. */
  | { readonly kind: "waits"; readonly until: Instant }
  | { readonly kind: "issued"; readonly notBefore: Instant; readonly notAfter: Instant }
  | {
      readonly kind: "failed";
      readonly cause: FailureCode;
      readonly retryAt: Instant | null;
      /** Whether the CA had made an order. */
      readonly hadOrder: boolean;
      /** null: it goes on whole. */
      readonly split: SplitPack | null;
    };

export interface AttemptParts {
  readonly lineage: Lineage;
  readonly ca: PoolCa;
  readonly workClass: WorkClass;
  readonly turn: number;
  readonly spending: readonly Spending[];
  readonly exemption: Exemption;
  readonly isPack: boolean;
}

export class Attempt {
  readonly lineage: Lineage;
  readonly ca: PoolCa;
  readonly workClass: WorkClass;
  /** With which it was planned. */
  readonly turn: number;
  readonly isFirst: boolean;
  readonly #names: readonly string[];
  readonly #spending: readonly Spending[];
  readonly #exemption: Exemption;
  readonly #isPack: boolean;
  readonly #failuresBefore: number;
  readonly #failing: Failing;
  #state: LiveState;
  #order: CaOrder | null = null;
  #failed: readonly FailedName[] = [];
  #validity: { readonly notBefore: Instant; readonly notAfter: Instant } | null = null;

  constructor({ lineage, ca, workClass, turn, spending, exemption, isPack }: AttemptParts, now: Instant) {
    this.lineage = lineage;
    this.ca = ca;
    this.workClass = workClass;
    this.turn = turn;
    this.isFirst = !lineage.hasBeenTried;
    this.#names = lineage.names;
    this.#spending = spending;
    this.#exemption = exemption;
    this.#isPack = isPack;
    this.#failuresBefore = lineage.failures;
    this.#failing = { since: lineage.failingSince, notAfter: lineage.certificate?.notAfter ?? null };
    this.#state = planned(now);
  }

  /** As far as it goes without waiting. @param note told what the ledger has to know. */
  run(now: Instant, note: (change: LedgerChange) => void): AttemptEnd {
    for (;;) {
      const from = this.#state;
      const input = this.#perform(from, now);
      const terms = {
        names: this.#names,
        challenge: null,
        failuresBefore: this.#failuresBefore,
        givesUpAt: givesUpAt(this.#failing, usualGiveUp, now),
      };
      const decision = advance(from, input, terms, now);
      if (decision === null) throw new Error(`${input.kind} is no answer to ${from.kind}.`);
      const step = {
        from,
        input,
        decision,
        spending: this.#spending,
        exemption: this.#exemption,
        names: this.#names,
        accountId: this.ca.terms.accountId,
        failuresBefore: this.#failuresBefore,
      };
      for (const change of ledgerChanges(step)) note(change);
      const { state } = decision;
      if (state.kind === "issued") return { kind: "issued", ...this.#demandValidity() };
      if (!isLive(state)) {
        const split = this.#isPack ? splitPack(this.#names, failedNames(this.#names, input, state)) : null;
        const { cause, retryAt } = state;
        return { kind: "failed", cause, retryAt, hadOrder: this.#order !== null, split };
      }
      this.#state = state;
      if (state.wakeAt > now) return { kind: "waits", until: state.wakeAt };
    }
  }

  #perform(state: LiveState, now: Instant): IssuanceInput {
    const { ca } = this.ca.terms;
    const effect = effectOf(state);
    switch (effect) {
      case "new-order": {
        const answer = ca.newOrder(this.#names, now, this.#replaced);
        if (answer.kind !== "accepted") return faultOf(answer.problem);
        this.#order = answer.order;
        return this.#orderInput("pending");
      }
      case "read-authorizations":
        return { kind: "authorizations", authorizations: this.#authorizations(state) };
      case "place-records":
      case "publish-records":
      case "look-for-records":
        throw new Error("Every name is proven by HTTP-01 here.");
      case "post-challenges": {
        const answer = ca.validate(this.#demandOrder(), now);
        return answer.kind === "failed" ? faultOf(answer.problem) : { kind: "challenged" };
      }
      case "poll-order": {
        const look = ca.look(this.#demandOrder(), now);
        if (look.kind === "failed") return faultOf(look.problem);
        if (look.kind === "invalid") this.#failed = look.failed;
        return this.#orderInput(look.kind);
      }
      case "make-key":
        return { kind: "keyed" };
      case "finalize": {
        const answer = ca.finalize(this.#demandOrder(), now);
        if (answer.kind === "failed") return faultOf(answer.problem);
        this.#validity = answer;
        return this.#orderInput("valid");
      }
      case "download":
        return { kind: "certificate", certificate: { names: this.#names, matchesKey: true } };
    }
  }

  #orderInput(status: OrderStatus): IssuanceInput {
    const order: OrderFacts = {
      url: "order",
      finalizeUrl: "finalize",
      authorizationUrls: [],
      status,
      names: this.#names,
      certificateUrl: status === "valid" ? "certificate" : null,
      problem: null,
      replaces: false,
    };
    return { kind: "order", order, retryAt: null };
  }

  #authorizations({ kind }: LiveState): readonly AuthorizationFacts[] {
    return this.#names.map((identifier) => {
      const problem = this.#failed.find((each) => each.identifier === identifier)?.problem ?? null;
      const status = kind === "ordered" ? "pending" : problem === null ? "valid" : "invalid";
      return {
        url: identifier,
        identifier,
        status,
        challenges: [{ type: "http-01", url: identifier, token: "", status }],
        inOurZone: false,
        problem,
      };
    });
  }

  get #replaced(): Validity | null {
    const { certificate, window } = this.lineage;
    return window !== null && certificate?.caId === this.ca.terms.id ? certificate : null;
  }

  #demandOrder(): CaOrder {
    if (this.#order === null) throw new Error("The CA has no order of it.");
    return this.#order;
  }

  #demandValidity(): { readonly notBefore: Instant; readonly notAfter: Instant } {
    if (this.#validity === null) throw new Error("The CA has issued nothing for it.");
    const { notBefore, notAfter } = this.#validity;
    return { notBefore, notAfter };
  }
}

const faultOf = (problem: ProblemFacts): IssuanceInput => ({ kind: "fault", fault: requestFault(problem) });

/** No problem document and no status: nothing came back at all. */
const requestFault = (problem: ProblemFacts): Fault =>
  problem.type === null && problem.status === 0
    ? { code: "ca-unreachable", detail: problem.detail, retryAt: null }
    : classifyRequest(problem);
