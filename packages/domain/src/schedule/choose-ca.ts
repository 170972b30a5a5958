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
  /** The CAs that a rule or a tenant leaves; null: all that have a weight. */
  readonly allowed: readonly string[] | null;
  /** The order in which its own rule names them, which goes before weights and the last certificate; empty: it names none. */
  readonly preference: readonly string[];
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
export function caOrder({
  lineageKey,
  pool,
  allowed,
  preference,
  avoid,
  previous,
}: CaRequest): readonly string[] {
  const ranked = pool
    .filter(({ id, weight }) => (allowed === null ? weight > 0 : allowed.includes(id)) && !avoid.includes(id))
    .map(({ id, weight }) => ({
      id,
      rank: preference.length > 0 ? placeIn(preference, id) : id === previous ? 0 : weight > 0 ? 1 : 2,
      distance: -Math.log(stableFraction(`${lineageKey}\0${id}`)) / (weight > 0 ? weight : 1),
    }));
  return ranked.sort((a, b) => a.rank - b.rank || a.distance - b.distance).map(({ id }) => id);
}

/** The last place for one that is not named. */
const placeIn = (preference: readonly string[], id: string): number =>
  preference.includes(id) ? preference.indexOf(id) : preference.length;
