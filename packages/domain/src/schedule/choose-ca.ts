/**
 * Which CA a lineage goes to. Weighted rendezvous hashing: each lineage has an order of its own of the pool's CAs; of
 * many lineages each CA is the first for the share that is its weight; and a CA that comes, goes or changes its
 * weight moves only lineages that it gains or loses.
 */
import { stableFraction } from "./stable-fraction.ts";

export interface CaRequest {
  /** What names the lineage for ever. */
  readonly lineageKey: string;
  /** Every CA with an account. A weight of 0 is for CAs that only get what is sent there. */
  readonly pool: readonly { readonly id: string; readonly weight: number }[];
  /** The CAs that its own rule or its tenant's names, in an order that goes before weights and the last certificate; null: all that have a weight. */
  readonly allowed: readonly string[] | null;
  /** CAs that would refuse, by CAA or by policy: never taken, not even last. */
  readonly avoid: readonly string[];
  /** The CA of the last certificate, where a renewal of the same names is exempt from limits; null: none yet. */
  readonly previous: string | null;
}

/**
 * The CAs for a lineage, by id, the preferred one first; whoever is down or over budget is passed over for the next.
 *
 * @returns none when no CA may be asked.
 */
export function caOrder({ lineageKey, pool, allowed, avoid, previous }: CaRequest): readonly string[] {
  const willing = pool.filter(({ id }) => !avoid.includes(id));
  if (allowed !== null) return allowed.filter((id) => willing.some((ca) => ca.id === id));
  const ranked = willing
    .filter(({ weight }) => weight > 0)
    .map(({ id, weight }) => ({
      id,
      rank: id === previous ? 0 : 1,
      distance: -Math.log(stableFraction(`${lineageKey}\0${id}`)) / weight,
    }));
  return ranked.sort((a, b) => a.rank - b.rank || a.distance - b.distance).map(({ id }) => id);
}
