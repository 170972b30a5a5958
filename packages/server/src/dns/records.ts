/** Proofs in the DNS: where they are to be, how they get there, and whether they are there. */

import { delegationTarget, type Propagation, proofName, seconds } from "@certmill/domain";
import type { Resolver } from "../checks/resolver.ts";
import { type Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import { holdRecordName } from "../store/dns/dns-records.ts";
import { findDelegationZone, findNamesInZones, findZone } from "../store/dns/dns-zones.ts";
import { type DnsProvider, ProviderFault, type TextRecord } from "./dns-provider.ts";
import { endOfAliases } from "./end-of-aliases.ts";
import { whatIsMissing } from "./propagation.ts";

export interface RecordsOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly resolver: Resolver;
  /** @throws ProviderFault when there is no such zone any more, or its provider cannot be opened. */
  readonly providerOf: (zone: string) => Promise<DnsProvider>;
}

/** Where a proof is to be, or why it has no place. */
export type Placed =
  | { readonly kind: "place"; readonly zone: string; readonly name: string }
  /** The end of the aliases is in no zone that we may write; `target` is where they should lead. */
  | { readonly kind: "not-delegated"; readonly end: string; readonly target: string | null }
  | { readonly kind: "unknown"; readonly detail: string };

/** How long one change may take. */
const changeWithin = seconds(30);
/** Well over that. */
const holdFor = seconds(60);

export class Records {
  readonly #options: RecordsOptions;

  constructor(options: RecordsOptions) {
    this.#options = options;
  }

  /** Those of the names that are proven by DNS-01 without being asked to. */
  inZones(names: readonly string[]): Promise<ReadonlySet<string>> {
    return findNamesInZones(this.#options.db, names);
  }

  /** @param domain with or without a wildcard's `*.`; the aliases of its proof's name are followed, as CAs do. */
  async place(domain: string, signal: AbortSignal): Promise<Placed> {
    const { db, resolver } = this.#options;
    const name = proofName(domain);
    const end = await endOfAliases(resolver.begin(signal), name);
    const zone = await findZone(db, end.name);
    // Of what leads nowhere that is known it is told where; of the name itself only that it is not known.
    if (end.kind === "unknown" && zone === null && end.name === name)
      return { kind: "unknown", detail: end.detail };
    if (zone !== null) return { kind: "place", zone, name: end.name };
    const into = await findDelegationZone(db);
    return {
      kind: "not-delegated",
      end: end.name,
      target: into === null ? null : delegationTarget(domain, into),
    };
  }

  /** Adds them beside whatever is there. @throws ProviderFault */
  async write(records: readonly TextRecord[], signal: AbortSignal): Promise<void> {
    for (const record of records)
      await this.#change(record, signal, (provider, within) => provider.add(record, within));
  }

  /**
   * @param isWanted asked once nobody else changes the name.
   * @throws ProviderFault
   */
  async takeAway(record: TextRecord, isWanted: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    await this.#change(record, signal, async (provider, within) => {
      if (!(await isWanted())) await provider.remove(record, within);
    });
  }

  /** Whether every name server has all of them. */
  whatIsMissing(records: readonly TextRecord[], signal: AbortSignal): Promise<Propagation> {
    return whatIsMissing(() => this.#options.resolver.begin(signal), records);
  }

  async #change(
    record: TextRecord,
    signal: AbortSignal,
    change: (provider: DnsProvider, within: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { db, clock, providerOf } = this.#options;
    const provider = await providerOf(record.zone);
    await using hold = await holdRecordName(db, record.name, { lease: holdFor, now: clock.now() });
    if (hold === null) throw new ProviderFault(`Another change of ${record.name} is under way.`);
    const within = AbortSignal.any([signal, AbortSignal.timeout(changeWithin)]);
    try {
      await change(provider, within);
    } catch (error) {
      signal.throwIfAborted();
      if (within.aborted)
        throw new ProviderFault(`The provider of ${record.zone} took longer than ${changeWithin / 1_000} s.`);
      throw error;
    }
  }
}
