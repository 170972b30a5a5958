/** How the certificates of domains are to be had, from what a request says. */
import type { KeyType } from "@certmill/api";
import type { ChallengeType } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { hasZone } from "../../store/dns/dns-zones.ts";
import { type CaRow, findDefaultCa, findEdgeGroupId, readProfiles } from "../../store/read/cas.ts";
import type { LineageTerms } from "../../store/write/add-lineages.ts";
import { keysOf } from "../present/key-type.ts";
import { oneFault, Refusal } from "../refusal.ts";
import { type WantedCas, wantedCas } from "../wanted/wanted-cas.ts";
import type { RowTerms } from "./accept-row.ts";

/** @param tenant the only one that rows may be for; null: any. */
export const rowTerms = async (db: Db, ca: CaRow, tenant: string | null): Promise<RowTerms> => ({
  policy: ca.name_policy,
  callersTenant: tenant,
  wildcards: await hasZone(db),
});

interface WantedTerms {
  readonly ca?: WantedCas;
  readonly edgeGroup?: string;
  readonly keyType?: KeyType;
  readonly profile?: string;
  readonly challenge?: ChallengeType;
}

/**
 * @returns the terms, and the CA whose rules for names hold: of several a public one, as what that takes all take.
 * @throws {Refusal} `ca-missing` or `edge-group-missing`; `invalid-request` for a profile that no CA offers.
 */
export async function readTerms(db: Db, wanted: WantedTerms): Promise<{ terms: LineageTerms; ca: CaRow }> {
  const only = wanted.ca === undefined ? null : await wantedCas(db, wanted.ca);
  const ca = only === null ? await findDefaultCa(db) : only[0];
  if (ca === null) throw new Refusal("ca-missing", "There is no CA yet.");
  const group = wanted.edgeGroup ?? "default";
  const edgeGroupId = await findEdgeGroupId(db, group);
  if (edgeGroupId === null) throw new Refusal("edge-group-missing", `There is no edge group "${group}".`);
  const { profile = null, challenge = null } = wanted;
  if (profile !== null) await demandProfile(db, profile, only);
  return {
    terms: {
      caId: ca.id,
      caIds: only?.map(({ id }) => id) ?? null,
      edgeGroupId,
      ...keysOf(wanted.keyType),
      profile,
      challenge,
      campaignId: null,
    },
    ca: only?.find(({ name_policy: policy }) => policy === "public") ?? ca,
  };
}

/** @throws {Refusal} `invalid-request` unless one of these CAs offers it. @param only null: all that there are. */
export async function demandProfile(db: Db, profile: string, only: readonly CaRow[] | null): Promise<void> {
  const offered = only === null ? await readProfiles(db) : [...new Set(only.flatMap((ca) => ca.profiles))];
  if (offered.includes(profile)) return;
  const who = only === null ? "No CA here" : `None of ${only.map(({ name }) => `"${name}"`).join(", ")}`;
  const known = offered.length === 0 ? "none" : offered.join(", ");
  throw oneFault("/profile", `${who} offers a profile "${profile}". Offered: ${known}.`);
}
