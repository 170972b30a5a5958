import { withWww } from "../name/cover-names.ts";
import { normaliseName } from "../name/normalise-name.ts";
import { registeredDomain } from "../name/public-suffix.ts";
import { histogram, type ListSummary, type NamedCount } from "./list-summary.ts";

export interface ListRow {
  readonly domain: string;
  readonly aliases?: readonly string[];
  readonly tenant?: string;
}

/** Registered domains that are told by name. */
const mostNamed = 10;
/** One with fewer domains never has to wait for its own limit at any CA that is known. */
const leastNamed = 40;

const apexSeen = 1;
const wwwSeen = 2;
/** The count is above the two marks. */
const one = 4;

/**
 * Summarises a list row by row. Kept are a count for each registered domain and tenant, so a name that is listed twice
 * counts twice, unless it is a registered domain or its `www`: these two are one certificate, listed together or not.
 */
export class ListCounter {
  readonly #byRegisteredDomain = new Map<string, number>();
  readonly #byTenant = new Map<string, number>();
  #domains = 0;
  #names = 0;
  #refused = 0;
  #withoutTenant = 0;

  add({ domain, aliases = [], tenant }: ListRow): void {
    const normalised = normaliseName(domain, "public");
    if (!normalised.ok) {
      this.#refused += 1;
      return;
    }
    const { name } = normalised;
    const registered = registeredDomain(name);
    const before = this.#byRegisteredDomain.get(registered) ?? 0;
    const mark = name === registered ? apexSeen : name === `www.${registered}` ? wwwSeen : 0;
    if (mark !== 0 && (before & (apexSeen | wwwSeen)) !== 0) {
      this.#byRegisteredDomain.set(registered, before | mark);
      return;
    }
    this.#byRegisteredDomain.set(registered, (before | mark) + one);
    this.#domains += 1;
    this.#names += 1 + companions(aliases.length, mark !== 0 && withWww(registered) !== null);
    if (tenant === undefined) this.#withoutTenant += 1;
    else this.#byTenant.set(tenant, (this.#byTenant.get(tenant) ?? 0) + 1);
  }

  summary(): ListSummary {
    const largest = this.#largest();
    const named = new Set(largest.map(({ name }) => name));
    return {
      domains: this.#domains,
      names: this.#names,
      refused: this.#refused,
      registeredDomains: this.#byRegisteredDomain.size,
      largest,
      others: histogram(
        this.#byRegisteredDomain
          .entries()
          .filter(([name]) => !named.has(name))
          .map(([, packed]) => Math.floor(packed / one)),
      ),
      tenants: histogram(this.#byTenant.values()),
      withoutTenant: this.#withoutTenant,
    };
  }

  #largest(): readonly NamedCount[] {
    return [
      ...this.#byRegisteredDomain
        .entries()
        .map(([name, packed]) => ({ name, domains: Math.floor(packed / one) }))
        .filter(({ domains }) => domains >= leastNamed),
    ]
      .sort((a, b) => b.domains - a.domains || (a.name < b.name ? -1 : 1))
      .slice(0, mostNamed);
  }
}

/** A `www` that is among the aliases is rare, and is not looked for. */
const companions = (aliases: number, hasWww: boolean): number => aliases + (hasWww ? 1 : 0);
