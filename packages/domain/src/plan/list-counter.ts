import { withWww } from "../name/cover-names.ts";
import type { NameRefusal, Refused } from "../name/dns-name.ts";
import { normaliseName } from "../name/normalise-name.ts";
import { registeredDomain } from "../name/public-suffix.ts";
import { histogram, type ListSummary, type NamedCount } from "./list-summary.ts";

export interface ListRow {
  readonly domain: string;
  readonly aliases?: readonly string[];
  /** Null, or absent: none is named. */
  readonly tenant?: string | null;
}

/** Registered domains that are told by name. */
const mostNamed = 10;
/** One with fewer domains never has to wait for its own limit at any CA that is known. */
const leastNamed = 40;

/** What is kept of a registered domain. */
interface Counted {
  domains: number;
  /** Times that another tenant's domain followed: no fewer than it has tenants, and as many where the list is sorted. */
  tenants: number;
  lastTenant: string | null;
  /** Whether it or its `www` was listed. */
  isListed: boolean;
}

/**
 * Summarises a list row by row. Kept are a few counts for each registered domain and tenant, so a name that is listed
 * twice counts twice, unless it is a registered domain or its `www`: these two are one certificate, listed together or not.
 */
export class ListCounter {
  readonly #registered = new Map<string, Counted>();
  readonly #byTenant = new Map<string, number>();
  #domains = 0;
  #names = 0;
  #refused = 0;
  #withoutTenant = 0;

  /** Counts a row. @returns why it was refused; null: it is one that can be ordered for. */
  add({ domain, aliases, tenant = null }: ListRow): Refused<NameRefusal> | null {
    const normalised = normaliseName(domain, "public");
    if (!normalised.ok) {
      this.#refused += 1;
      return normalised;
    }
    const { name } = normalised;
    const registered = registeredDomain(name);
    const counted = this.#counted(registered);
    const isItself = name === registered || name === `www.${registered}`;
    if (isItself && counted.isListed) return null;
    counted.isListed ||= isItself;
    counted.domains += 1;
    if (counted.tenants === 0 || tenant === null || tenant !== counted.lastTenant) counted.tenants += 1;
    counted.lastTenant = tenant;
    this.#domains += 1;
    this.#names += 1 + (aliases?.length ?? 0) + (isItself && withWww(registered) !== null ? 1 : 0);
    if (tenant === null) this.#withoutTenant += 1;
    else this.#byTenant.set(tenant, (this.#byTenant.get(tenant) ?? 0) + 1);
    return null;
  }

  summary(): ListSummary {
    const largest = this.#largest();
    const named = new Set(largest.map(({ name }) => name));
    const others = this.#registered.entries().filter(([name]) => !named.has(name));
    return {
      domains: this.#domains,
      names: this.#names,
      refused: this.#refused,
      registeredDomains: this.#registered.size,
      largest,
      others: histogram(others.map(([, { domains }]) => domains)),
      tenants: histogram(this.#byTenant.values()),
      withoutTenant: this.#withoutTenant,
    };
  }

  #counted(registered: string): Counted {
    const known = this.#registered.get(registered);
    if (known !== undefined) return known;
    const counted: Counted = { domains: 0, tenants: 0, lastTenant: null, isListed: false };
    this.#registered.set(registered, counted);
    return counted;
  }

  #largest(): readonly NamedCount[] {
    const large = this.#registered.entries().filter(([, { domains }]) => domains >= leastNamed);
    return large
      .map(([name, { domains, tenants }]) => ({ name, domains, tenants }))
      .toArray()
      .sort((a, b) => b.domains - a.domains || (a.name < b.name ? -1 : 1))
      .slice(0, mostNamed);
  }
}
