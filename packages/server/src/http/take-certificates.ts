/** Certificates that came from another program find their place among what is here, and take it. */
import type { KeyType as ApiKeyType } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../store/database.ts";
import { holdStandings, readStandings } from "../store/read/standings.ts";
import { addLineages, findHolders, type Holder, holdNames } from "../store/write/add-lineages.ts";
import { ensureTenants, findTenants } from "../store/write/names.ts";
import { recogniseAccounts, storeImported } from "../store/write/store-imported.ts";
import type { Candidate } from "./judge-certificate.ts";
import { keysOf } from "./key-type.ts";
import { type Place, sortCertificates } from "./sort-certificates.ts";

interface Taking {
  /** Whose they are to be; null: nobody's. */
  readonly tenant: string | null;
  /** Of the keys of their successors; null: as their own. */
  readonly keyType: ApiKeyType | null;
  readonly edgeGroupId: string;
  /** Whether names are checked here. */
  readonly areChecked: boolean;
  readonly now: Instant;
}

/** What `takeCertificates` would do, in the order of the candidates; nothing is changed. */
export async function foreseeCertificates(
  db: Db,
  candidates: readonly Candidate[],
  tenant: string | null,
): Promise<readonly Place[]> {
  const ids = await findTenants(db, tenant === null ? [] : [tenant]);
  const holders = await findHolders(db, allNames(candidates));
  const standings = await readStandings(db, lineagesOf(holders));
  return sortCertificates(forTenant(candidates, tenant, ids), holders, standings);
}

/** Stores those that have a place, in the caller's transaction. @returns the places, in the order of the candidates. */
export async function takeCertificates(
  trx: Db,
  candidates: readonly Candidate[],
  taking: Taking,
): Promise<readonly Place[]> {
  const { tenant, areChecked, now } = taking;
  await holdNames(trx);
  const ids = await ensureTenants(trx, tenant === null ? [] : [tenant], now);
  const holders = await findHolders(trx, allNames(candidates));
  const standings = await holdStandings(trx, lineagesOf(holders));
  const wanted = forTenant(candidates, tenant, ids);
  const places = sortCertificates(wanted, holders, standings);
  const fresh = wanted.filter((_, index) => places[index]?.kind === "fresh");
  await addFresh(trx, fresh, taking);
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
  await storeImported(trx, served, { areChecked, now });
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
  { keyType, edgeGroupId, now }: Taking,
): Promise<void> {
  const groups = Map.groupBy(fresh, ({ renewal: { caId, pinned }, read }) =>
    JSON.stringify([caId, pinned, read.keyType]),
  );
  for (const group of groups.values()) {
    const [{ renewal, read }] = group as [Candidate, ...Candidate[]];
    const keys = keyType === null ? { keyType: read.keyType, paired: null } : keysOf(keyType);
    const kept = { edgeGroupId, profile: null, challenge: null, campaignId: null };
    await addLineages(trx, group, { ...kept, ...renewal, ...keys }, now);
  }
}

/** Those that are here already, and whose account is by now. */
function recognised(wanted: readonly Candidate[], places: readonly Place[]) {
  return wanted.flatMap(({ fingerprint, origin: { caId, foreignAccount } }, index) => {
    const place = places[index];
    const isOurs = place?.kind === "known" && place.lineageId !== null && caId !== null && !foreignAccount;
    return isOurs ? [{ lineageId: place.lineageId, fingerprint, caId }] : [];
  });
}
