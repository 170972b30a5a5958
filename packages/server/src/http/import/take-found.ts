/** A certificate that was found elsewhere for a lineage that waits for its first: judged and stored as an imported one is. */
import { type Instant, renewAt, sameNames } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findDefaultCa, listCaIdentities } from "../../store/read/cas.ts";
import { isRevoked } from "../../store/read/revoked.ts";
import { retryDeadlock } from "../../store/retry-deadlock.ts";
import { type HeldLook, holdLook } from "../../store/vault-looks.ts";
import { holdNames } from "../../store/write/add-lineages.ts";
import { findRefused } from "../../store/write/refuse-key.ts";
import type { ReadCertificate, ReadImported } from "../ports.ts";
import { instantText } from "../present/instant-text.ts";
import { type Candidate, judgeCertificate } from "./judge-certificate.ts";
import type { Place } from "./sort-certificates.ts";
import { takeCertificates } from "./take-certificates.ts";

/** What the lineage is claimed with, and what was found for it. */
export interface Found {
  readonly lineageId: string;
  readonly fence: string;
  /** Where it was found, for people. */
  readonly place: string;
  readonly chainPem: string;
  readonly keyPem: string;
}

export interface TakingTools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly readImported: ReadImported;
  /** Whether names are checked here. */
  readonly areChecked: boolean;
}

interface Refusal {
  readonly code: string;
  readonly reason: string;
}

export type FoundOutcome =
  | { readonly kind: "taken"; readonly renewAt: Instant }
  | ({ readonly kind: "refused"; readonly place: string } & Refusal)
  /** The claim is no longer the caller's, or the lineage wants none any more. */
  | { readonly kind: "stale" };

/** Whatever the finder has made sure of is looked at again: the names may have changed since. */
export async function takeFound(found: Found, tools: TakingTools): Promise<FoundOutcome> {
  const { db, now } = tools;
  const refused = (refusal: Refusal): FoundOutcome => ({ kind: "refused", place: found.place, ...refusal });
  const outcome = tools.readImported(found);
  if (!outcome.ok) return refused(outcome);
  const unfit = await whyUnfit(db, outcome.read, now());
  if (unfit !== null) return refused(unfit);
  return await retryDeadlock(() =>
    db.transaction().execute(async (trx) => {
      // In the order in which additions take them.
      await holdNames(trx);
      const held = await holdLook(trx, found);
      if (held === null) return { kind: "stale" };
      const candidate = await candidateFor(trx, { found, held }, tools);
      if (!("read" in candidate)) return refused(candidate);
      const [place] = await takeCertificates(trx, [candidate], {
        tenant: null,
        keyType: null,
        edgeGroupId: held.edgeGroupId,
        areChecked: tools.areChecked,
        from: found.place,
        now: now(),
      });
      const notTaken = whyNotTaken(place, held);
      return notTaken === null ? { kind: "taken", renewAt: candidate.renewAt } : refused(notTaken);
    }),
  );
}

/** What an import leaves to whoever runs it. */
async function whyUnfit(db: Db, { certificate }: ReadCertificate, now: Instant): Promise<Refusal | null> {
  const { notBefore, notAfter, spki } = certificate;
  const due = renewAt(notBefore, notAfter);
  if (due <= now) return { code: "renewal-due", reason: `Its renewal was due at ${instantText(due)}.` };
  if ((await findRefused(db, [spki])).has(spki))
    return { code: "key-refused", reason: "Its private key is held for compromised." };
  return (await isRevoked(db, certificate)) ? { code: "revoked", reason: "It is revoked." } : null;
}

/** Never one for other names than the lineage's: whoever writes the entries adds no domain. */
async function candidateFor(
  trx: Db,
  { found, held }: { readonly found: Found; readonly held: HeldLook },
  tools: TakingTools,
): Promise<Candidate | Refusal> {
  const { place: path, chainPem: chain, keyPem: key } = found;
  const cas = await listCaIdentities(trx);
  const caId = held.caIds?.[0] ?? (await findDefaultCa(trx))?.id ?? "";
  const standards = { cas, terms: { caId, caIds: held.caIds }, wildcards: true };
  const judged = judgeCertificate({ path, chain, key }, standards, tools);
  if (!("read" in judged)) return { code: judged.code ?? "unknown", reason: judged.reason ?? "" };
  if (!sameNames(judged.names, held.names))
    return { code: "other-names", reason: `It is for other names: ${judged.names.join(", ")}.` };
  if (held.twinOf !== null && judged.keyType !== "rsa2048")
    return { code: "key-type", reason: "Its key is no RSA key, as the second of a pair has it." };
  return judged;
}

/** Null: it is the lineage's own now. */
function whyNotTaken(place: Place | undefined, { twinOf }: HeldLook): Refusal | null {
  const wanted: Place["kind"] = twinOf === null ? "newer" : "beside";
  if (place?.kind === wanted) return null;
  if (place?.kind === "beside")
    return { code: "key-type", reason: "It is the RSA one of the pair, and is served beside." };
  return { code: place?.kind ?? "outdated", reason: "The domain had it, or a newer one, before." };
}
