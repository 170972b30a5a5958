import type { Instant } from "@certmill/domain";
import { addressBytes } from "../x509/address-bytes.ts";
import type { LimitCounter } from "./limit-tally.ts";
import { type Obstacle, obstacles } from "./obstacle.ts";
import type { LimitRules } from "./rules.ts";
import { Usage } from "./usage.ts";

/** Who has made accounts from where. */
export class NewAccountLimits {
  readonly #spent: LimitCounter;
  readonly #byAddress = new Usage();
  readonly #byRange = new Usage();

  constructor(spent: LimitCounter) {
    this.#spent = spent;
  }

  obstacles(rules: LimitRules, address: string, now: Instant): readonly Obstacle[] {
    const range = ipv6Range(address);
    const alone = { usage: this.#byAddress, key: address };
    return [
      ...obstacles("newAccountsPerAddress", alone, rules.newAccountsPerAddress, now),
      ...(range === null
        ? []
        : obstacles(
            "newAccountsPerRange",
            { usage: this.#byRange, key: range },
            rules.newAccountsPerRange,
            now,
          )),
    ];
  }

  /** To be called when nothing is in the way. */
  spend({ newAccountsPerAddress, newAccountsPerRange }: LimitRules, address: string, now: Instant): void {
    const range = ipv6Range(address);
    if (newAccountsPerAddress !== null) {
      this.#byAddress.spend(address, newAccountsPerAddress, now);
      this.#spent.add("newAccountsPerAddress");
    }
    if (newAccountsPerRange !== null && range !== null) {
      this.#byRange.spend(range, newAccountsPerRange, now);
      this.#spent.add("newAccountsPerRange");
    }
  }
}

/** The /48 of an IPv6 address in hex; `null` for IPv4. */
const ipv6Range = (address: string): string | null =>
  address.includes(":") ? addressBytes(address).subarray(0, 6).toString("hex") : null;
