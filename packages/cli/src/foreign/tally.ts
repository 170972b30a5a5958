import type { ImportedCertificate } from "@certmill/api";
import { type UnusableItem } from "@certmill/stores";

/** Something that was found and is not taken. */
export interface Rejected {
  readonly path: string;
  /** null: it did not come so far. */
  readonly domain: string | null;
  readonly code: string;
  /** A sentence. */
  readonly reason: string;
}

/** How far an import has come, and what became of what it found. */
export class Tally {
  readonly #startedAt = Date.now();
  readonly counts = { imported: 0, known: 0, outdated: 0, rejected: 0 };
  readonly rejected: Rejected[] = [];
  /** Of those that are imported: their renewals may name them as what they replace. */
  replaceable = 0;
  /** Of those that are imported: the RSA ones of pairs. */
  pairs = 0;
  /** Renewals by day, as `2026-12-31`. */
  readonly #renewals = new Map<string, number>();

  get certificates(): number {
    const { imported, known, outdated, rejected } = this.counts;
    return imported + known + outdated + rejected;
  }

  get seconds(): number {
    return (Date.now() - this.#startedAt) / 1_000;
  }

  reject({ path, code, reason }: UnusableItem): void {
    this.counts.rejected += 1;
    this.rejected.push({ path, domain: null, code, reason });
  }

  /** @param comesAlong whether its account will be here by the time of a real run. */
  settle(
    { outcome, path, domain, code, reason, renewsAt, replaceable, ofPair }: ImportedCertificate,
    comesAlong: boolean,
  ): void {
    this.counts[outcome] += 1;
    if (outcome === "rejected") this.rejected.push({ path, domain, code: code ?? "", reason: reason ?? "" });
    if (outcome !== "imported" || renewsAt === null) return;
    if (ofPair) this.pairs += 1;
    if (replaceable || comesAlong) this.replaceable += 1;
    const day = renewsAt.slice(0, 10);
    this.#renewals.set(day, (this.#renewals.get(day) ?? 0) + 1);
  }

  /** The days of the first and the last renewal, and the most on one day; null: there are none. */
  get renewals(): { readonly first: string; readonly last: string; readonly busiest: number } | null {
    const days = [...this.#renewals.keys()].sort();
    const [first] = days;
    const last = days.at(-1);
    if (first === undefined || last === undefined) return null;
    return { first, last, busiest: Math.max(...this.#renewals.values()) };
  }
}
