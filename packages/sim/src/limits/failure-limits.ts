import type { Instant } from "@certmill/domain";
import type { Identifier } from "../x509/identifier.ts";
import type { LimitCounter } from "./limit-tally.ts";
import { type Obstacle, obstacles } from "./obstacle.ts";
import type { LimitedAccount } from "./overrides.ts";
import type { Pauses } from "./pauses.ts";
import type { LimitRules } from "./rules.ts";
import { Usage } from "./usage.ts";

/** What comes of validations that fail, by account and identifier. Boulder, ra/ra.go countFailedValidations. */
export class FailureLimits {
  readonly #pauses: Pauses;
  readonly #spent: LimitCounter;
  readonly #failures = new Usage();
  readonly #consecutive = new Usage();

  constructor(pauses: Pauses, spent: LimitCounter) {
    this.#pauses = pauses;
    this.#spent = spent;
  }

  /** A validation has failed, or a pending authorization was deactivated. */
  failed(rules: LimitRules, account: LimitedAccount, identifier: Identifier, now: Instant): void {
    const { failedAuthorizations, consecutiveFailures } = rules;
    const key = keyOf(account, identifier);
    if (failedAuthorizations !== null && this.#failures.spend(key, failedAuthorizations, now)) {
      this.#spent.add("failedAuthorizations");
    }
    if (consecutiveFailures === null) return;
    if (this.#consecutive.spend(key, consecutiveFailures, now)) this.#spent.add("consecutiveFailures");
    else this.#pauses.pause(account.id, authorizedName(identifier), now);
  }

  /** The count of those that fail in a row starts again; that of those in an hour does not. */
  succeeded(account: LimitedAccount, identifier: Identifier): void {
    this.#consecutive.reset(keyOf(account, identifier));
  }

  /** Ends pauses of an account; what led to them starts again. @returns the names. */
  unpause(accountId: string, now: Instant, only?: string): readonly string[] {
    const names = this.#pauses.unpause(accountId, now, only);
    for (const name of names) this.#consecutive.reset(`${accountId} ${name}`);
    return names;
  }

  obstacles(
    rules: LimitRules,
    account: LimitedAccount,
    identifiers: readonly Identifier[],
    now: Instant,
  ): readonly Obstacle[] {
    return identifiers.flatMap((identifier) => {
      const key = keyOf(account, identifier);
      const used = { usage: this.#failures, key, subject: authorizedName(identifier) };
      return obstacles("failedAuthorizations", used, rules.failedAuthorizations, now);
    });
  }
}

/** Of a wildcard the name below it. */
export const authorizedName = ({ value }: Identifier): string =>
  value.startsWith("*.") ? value.slice(2) : value;

const keyOf = ({ id }: LimitedAccount, identifier: Identifier): string =>
  `${id} ${authorizedName(identifier)}`;
