import { type DnsName, type Instant, sameNames } from "@certmill/domain";
import type { Standing } from "../store/read/standings.ts";
import type { Holder } from "../store/write/add-lineages.ts";

/** A certificate that can be served, whose names are in order; whether they are free is not known yet. */
export interface Importable {
  /** The primary one first. */
  readonly names: readonly [DnsName, ...DnsName[]];
  /** null: nobody's; one that is here stays whose it is. */
  readonly tenantId: string | null;
  readonly fingerprint: string;
  readonly notBefore: Instant;
}

/** What becomes of one. */
export type Place =
  /** The first of its names. */
  | { readonly kind: "fresh" }
  /** Newer than what that lineage has. */
  | { readonly kind: "newer"; readonly lineageId: string }
  | { readonly kind: "known"; readonly lineageId: string | null }
  /** A newer one is served, or comes with it. */
  | { readonly kind: "outdated" }
  | { readonly kind: "taken"; readonly name: string; readonly by: string }
  | { readonly kind: "not-theirs"; readonly name: string };

interface Held {
  readonly lineageId: string | null;
  readonly names: readonly string[];
  readonly tenantId: string | null;
  readonly servedFrom: Instant | null;
  readonly fingerprints: ReadonlySet<string>;
}

/**
 * Finds the place of each, in their order; of those for the same names the newest is the one that is served.
 *
 * @param holders who holds which name now, and `standings` what those have.
 */
export function sortCertificates(
  wanted: readonly Importable[],
  holders: ReadonlyMap<string, Holder>,
  standings: ReadonlyMap<string, Standing>,
): readonly Place[] {
  const held = new Map<string, Held>();
  for (const [name, holder] of holders) {
    const standing = standings.get(holder.lineageId) ?? { servedFrom: null, fingerprints: new Set<string>() };
    held.set(name, { ...holder, ...standing });
  }
  const places = new Map<Importable, Place>();
  for (const each of wanted.toSorted((a, b) => b.notBefore - a.notBefore)) {
    const place = placeOf(each, held);
    places.set(each, place);
    if (place.kind === "fresh" || place.kind === "newer") settle(each, place, held);
  }
  return wanted.map((each) => places.get(each) ?? { kind: "outdated" });
}

function placeOf(
  { names, tenantId, fingerprint, notBefore }: Importable,
  held: ReadonlyMap<string, Held>,
): Place {
  const name = names.find((each) => held.has(each));
  const holder = name === undefined ? undefined : held.get(name);
  if (name === undefined || holder === undefined) return { kind: "fresh" };
  if (!sameNames(holder.names, names)) return { kind: "taken", name, by: holder.names[0] ?? name };
  if (tenantId !== null && holder.tenantId !== tenantId) return { kind: "not-theirs", name };
  const { lineageId, servedFrom, fingerprints } = holder;
  if (fingerprints.has(fingerprint)) return { kind: "known", lineageId };
  if (lineageId === null || (servedFrom !== null && servedFrom >= notBefore)) return { kind: "outdated" };
  return { kind: "newer", lineageId };
}

/** From now on the names are its own, and what comes later is held against it. */
function settle(each: Importable, place: Place, held: Map<string, Held>): void {
  const { names, tenantId, fingerprint, notBefore } = each;
  const before = held.get(names[0]);
  const now: Held = {
    lineageId: place.kind === "newer" ? place.lineageId : null,
    names,
    tenantId: before?.tenantId ?? tenantId,
    servedFrom: notBefore,
    fingerprints: new Set([...(before?.fingerprints ?? []), fingerprint]),
  };
  for (const name of names) held.set(name, now);
}
