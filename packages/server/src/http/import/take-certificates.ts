/** Certificates that came from another program find their place among what is here, and take it. */
import type { KeyType as ApiKeyType } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findTwins, holdStandings, readStandings, type Standing } from "../../store/read/standings.ts";
import { addLineages, findHolders, type Holder, holdNames } from "../../store/write/add-lineages.ts";
import { ensureTenants, findTenants } from "../../store/write/names.ts";
import { pairLineages } from "../../store/write/pair-lineages.ts";
import { recogniseAccounts, storeImported } from "../../store/write/store-imported.ts";
import { isPair, keysOf } from "../present/key-type.ts";
import type { Candidate } from "./judge-certificate.ts";
import { type Place, sortCertificates } from "./sort-certificates.ts";

interface Wish {
  /** Whose they are to be; null: nobody's. */
  readonly tenant: string | null;
  /** Of the keys of their successors; null: as their own. */
  readonly keyType: ApiKeyType | null;
}

interface Taking extends Wish {
  readonly edgeGroupId: string;
  /** Whether names are checked here. */
  readonly areChecked: boolean;
  /** Where they were found, for people; absent: whoever sent them knows. */
  readonly from?: string;
  readonly now: Instant;
}

/** What `takeCertificates` would do, in the order of the candidates; nothing is changed. */
export async function foreseeCertificates(
  db: Db,
  candidates: readonly Candidate[],
  { tenant, keyType }: Wish,
): Promise<readonly Place[]> {
  const ids = await findTenants(db, tenant === null ? [] : [tenant]);
  const holders = await findHolders(db, allNames(candidates));
  const standings = await readStandings(db, lineagesOf(holders));
  const takePairs = takesPairs(keyType);
  return sortCertificates(forTenant(candidates, tenant, ids), { holders, standings, takePairs });
}

/** Stores those that have a place, in the caller's transaction. @returns the places, in the order of the candidates. */
export async function takeCertificates(
  trx: Db,
  candidates: readonly Candidate[],
  taking: Taking,
): Promise<readonly Place[]> {
  const { tenant, keyType, areChecked, from = null, now } = taking;
  await holdNames(trx);
  const ids = await ensureTenants(trx, tenant === null ? [] : [tenant], now);
  const holders = await findHolders(trx, allNames(candidates));
  const standings = await holdStandings(trx, lineagesOf(holders));
  const wanted = forTenant(candidates, tenant, ids);
  const places = sortCertificates(wanted, { holders, standings, takePairs: takesPairs(keyType) });
  const besides = wanted.filter((_, index) => places[index]?.kind === "beside");
  const paired = new Set(besides.flatMap(({ names }) => names));
  const fresh = wanted.filter((_, index) => places[index]?.kind === "fresh");
  await addFresh(trx, fresh, { ...taking, paired });
  const begun = await findHolders(
    trx,
    fresh.map(({ names: [name] }) => name),
  );
  const served = wanted.flatMap((each, index) => {
    const lineageId = lineageOf(each, places[index], begun);
    const { names, read, renewAt, origin } = each;
    const { certificate, key } = read;
    return lineageId === null ? [] : [{ ...origin, lineageId, names, certificate, key, renewAt }];
  });
  await pairLineages(trx, toPair(places, standings));
  await storeImported(trx, served, { areChecked, from, now });
  await storeBesides(trx, besides, { from, now });
  await recogniseAccounts(trx, recognised(wanted, places), now);
  return places;
}

const allNames = (candidates: readonly Candidate[]): string[] => candidates.flatMap(({ names }) => names);

const lineagesOf = (holders: ReadonlyMap<string, Holder>): readonly string[] => [
  ...new Set([...holders.values()].map(({ lineageId }) => lineageId)),
];

/** A tenant that does not exist owns nothing of what is here. */
function forTenant(
  candidates: readonly Candidate[],
  tenant: string | null,
  ids: ReadonlyMap<string, string>,
): readonly Candidate[] {
  const tenantId = tenant === null ? null : (ids.get(tenant) ?? "");
  return candidates.map((each) => ({ ...each, tenantId }));
}

/** Where it goes; null: it does not. */
function lineageOf(
  { names: [name] }: Candidate,
  place: Place | undefined,
  begun: ReadonlyMap<string, Holder>,
): string | null {
  if (place?.kind === "newer") return place.lineageId;
  return place?.kind === "fresh" ? (begun.get(name)?.lineageId ?? null) : null;
}

/** Lineages that are renewed in the same way come into being together. */
async function addFresh(
  trx: Db,
  fresh: readonly Candidate[],
  { keyType, edgeGroupId, now, paired }: Taking & { readonly paired: ReadonlySet<string> },
): Promise<void> {
  const groups = Map.groupBy(fresh, ({ renewal: { caId, caIds }, read, names: [name] }) =>
    JSON.stringify([caId, caIds, read.keyType, paired.has(name)]),
  );
  for (const group of groups.values()) {
    const [{ renewal, read, names }] = group as [Candidate, ...Candidate[]];
    const asTheyAre = { keyType: read.keyType, paired: paired.has(names[0]) ? true : null };
    const keys = keyType === null ? asTheyAre : keysOf(keyType);
    const kept = { edgeGroupId, profile: null, challenge: null, campaignId: null };
    await addLineages(trx, group, { ...kept, ...renewal, ...keys }, now);
  }
}

/** Whoever says which one key what comes after has, wants one certificate. */
const takesPairs = (keyType: ApiKeyType | null): boolean => keyType === null || isPair(keyType);

/** Those that are here, and have no twin for an RSA certificate yet. */
const toPair = (places: readonly Place[], standings: ReadonlyMap<string, Standing>): readonly string[] =>
  places.flatMap((place) =>
    place.kind === "beside" && place.lineageId !== null && standings.get(place.lineageId)?.twin === null
      ? [place.lineageId]
      : [],
  );

/** Twins were made as the P-256 certificates were stored, with their names in their order; checks are the others'. */
async function storeBesides(
  trx: Db,
  besides: readonly Candidate[],
  { from, now }: { readonly from: string | null; readonly now: Instant },
): Promise<void> {
  const holders = await findHolders(
    trx,
    besides.map(({ names: [name] }) => name),
  );
  const twins = await findTwins(trx, lineagesOf(holders));
  const served = besides.flatMap(({ names: [name], read: { certificate, key }, renewAt, origin }) => {
    const holder = holders.get(name);
    const lineageId = holder === undefined ? undefined : twins.get(holder.lineageId);
    if (holder === undefined || lineageId === undefined) return [];
    return [{ ...origin, lineageId, names: holder.names, certificate, key, renewAt }];
  });
  await storeImported(trx, served, { areChecked: false, from, now });
}

/** Those that are here already, and whose account is by now. */
function recognised(wanted: readonly Candidate[], places: readonly Place[]) {
  return wanted.flatMap(({ fingerprint, origin: { caId, foreignAccount } }, index) => {
    const place = places[index];
    const isOurs = place?.kind === "known" && place.lineageId !== null && caId !== null && !foreignAccount;
    return isOurs ? [{ lineageId: place.lineageId, fingerprint, caId }] : [];
  });
}
