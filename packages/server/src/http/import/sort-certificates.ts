import { type DnsName, type Instant, sameNames } from "@certmill/domain";
import type { Standing } from "../../store/read/standings.ts";
import type { KeyType } from "../../store/schema/key.ts";
import { type Here, rsaOfPairs } from "./rsa-of-pairs.ts";

/** A certificate that can be served, whose names are in order; whether they are free is not known yet. */
export interface Importable {
  /** The primary one first. */
  readonly names: readonly [DnsName, ...DnsName[]];
  /** null: nobody's; one that is here stays whose it is. */
  readonly tenantId: string | null;
  readonly keyType: KeyType;
  readonly fingerprint: string;
  readonly notBefore: Instant;
}

/** What becomes of one. */
export type Place =
  /** The first of its names. */
  | { readonly kind: "fresh" }
  /** Newer than what that lineage has. */
  | { readonly kind: "newer"; readonly lineageId: string }
  /** The RSA one of a pair, newer than what the twin has of the lineage that holds these names, or is to. */
  | { readonly kind: "beside"; readonly lineageId: string | null }
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
  readonly twin: Twin | null;
}

type Twin = NonNullable<Standing["twin"]>;

interface Sorting extends Here {
  /** Whether both of a pair are taken; else the newest of all for the same names. */
  readonly takePairs: boolean;
}

/**
 * Finds the place of each, in their order; of those for the same names the newest is the one that is served, of a pair the newest
 * with each key.
 */
export function sortCertificates(wanted: readonly Importable[], sorting: Sorting): readonly Place[] {
  const { holders, standings, takePairs } = sorting;
  const held = new Map<string, Held>();
  for (const [name, holder] of holders) {
    held.set(name, { ...holder, ...(standings.get(holder.lineageId) ?? nothing) });
  }
  const besides = takePairs ? rsaOfPairs(wanted, sorting) : new Set<Importable>();
  const places = new Map<Importable, Place>();
  const newestFirst = wanted.toSorted((a, b) => b.notBefore - a.notBefore);
  for (const each of newestFirst.filter((one) => !besides.has(one))) {
    const place = placeOf(each, held);
    places.set(each, place);
    if (place.kind === "fresh" || place.kind === "newer") settle(each, place, held);
  }
  // Once it is known who has their names.
  for (const each of newestFirst.filter((one) => besides.has(one))) {
    const place = placeBeside(each, held);
    places.set(each, place);
    if (place.kind === "beside") settleBeside(each, held);
  }
  return wanted.map((each) => places.get(each) ?? { kind: "outdated" });
}

const nothing = { servedFrom: null, fingerprints: new Set<string>(), twin: null };

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

/** What is here already as the lineage's own was taken before there was a pair. */
function placeBeside(each: Importable, held: ReadonlyMap<string, Held>): Place {
  const place = placeOf(each, held);
  const { twin = null, lineageId = null } = held.get(each.names[0]) ?? {};
  if (place.kind === "taken" || place.kind === "not-theirs" || place.kind === "known") return place;
  if (twin?.fingerprints.has(each.fingerprint) === true) return { kind: "known", lineageId: twin.lineageId };
  if (twin !== null && twin.servedFrom !== null && twin.servedFrom >= each.notBefore)
    return { kind: "outdated" };
  return { kind: "beside", lineageId };
}

function settleBeside({ names, fingerprint, notBefore }: Importable, held: Map<string, Held>): void {
  const before = held.get(names[0]);
  if (before === undefined) return;
  const fingerprints = new Set([...(before.twin?.fingerprints ?? []), fingerprint]);
  const twin: Twin = { lineageId: before.twin?.lineageId ?? null, servedFrom: notBefore, fingerprints };
  for (const name of names) held.set(name, { ...before, twin });
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
    twin: before?.twin ?? null,
  };
  for (const name of names) held.set(name, now);
}
