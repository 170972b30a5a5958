import type { CertificateToImport, ImportedCertificate } from "@certmill/api";
import { type Instant, importedRenewal } from "@certmill/domain";
import type { CaIdentity } from "../../store/read/cas.ts";
import type { LineageTerms } from "../../store/write/add-lineages.ts";
import type { Origin } from "../../store/write/store-imported.ts";
import { acceptRow } from "../intake/accept-row.ts";
import type { ReadCertificate, ReadImported } from "../ports.ts";
import { originOf } from "./origin-of.ts";
import type { Importable } from "./sort-certificates.ts";

/** A certificate that can be served, as far as it can be judged by itself. */
export interface Candidate extends Importable {
  readonly path: string;
  readonly read: ReadCertificate;
  readonly origin: Origin;
  readonly renewAt: Instant;
  /** At which CA; and whether only there. */
  readonly renewal: Pick<LineageTerms, "caId" | "caIds">;
  /** Whether its renewal may name it as what it replaces. */
  readonly replaceable: boolean;
}

/** What it is judged against. */
interface Standards {
  readonly cas: readonly CaIdentity[];
  /** null: there is no CA yet. */
  readonly terms: Pick<LineageTerms, "caId" | "caIds"> | null;
  /** Whether proofs can be put into the DNS. */
  readonly wildcards: boolean;
}

interface Tools {
  readonly now: () => Instant;
  readonly readImported: ReadImported;
}

/** @returns the candidate, or the answer for one that cannot be taken. */
export function judgeCertificate(
  given: CertificateToImport,
  { cas, terms, wildcards }: Standards,
  { readImported, now }: Tools,
): Candidate | ImportedCertificate {
  const outcome = readImported({ chainPem: given.chain, keyPem: given.key });
  if (!outcome.ok) return rejected(given.path, null, outcome);
  const { read } = outcome;
  const [first = "", ...others] = primaryFirst(read.names, given.name);
  const { weight, ...origin } = originOf(given, cas);
  const renewal = renewalOf(origin, weight, terms);
  const policy = cas.find(({ id }) => id === renewal.caId)?.name_policy ?? "public";
  const row = { line: 1, domain: first, aliases: others };
  const accepted = acceptRow(row, { policy, callersTenant: null, wildcards });
  if (!accepted.ok) return rejected(given.path, first, accepted.rejected);
  const { fingerprint, notBefore, notAfter, ariId } = read.certificate;
  return {
    path: given.path,
    read,
    origin,
    names: accepted.row.names,
    tenantId: null,
    keyType: read.keyType,
    fingerprint,
    notBefore,
    renewAt: importedRenewal({ fingerprint, validity: { notBefore, notAfter }, now: now() }),
    renewal,
    replaceable: ariId !== null && !origin.foreignAccount && (terms === null || renewal.caId === origin.caId),
  };
}

function primaryFirst(names: readonly string[], wanted: string | undefined): readonly string[] {
  const primary = wanted?.toLowerCase();
  if (primary === undefined || !names.includes(primary)) return names;
  return [primary, ...names.filter((name) => name !== primary)];
}

/**
 * At the CAs that were asked for; else at the one that it came from, and only there where nothing goes by itself: another's
 * could not be the successor. Without either at the default.
 */
function renewalOf(
  { caId, foreignAccount }: Origin,
  weight: number,
  terms: Standards["terms"],
): Candidate["renewal"] {
  const byDefault = terms?.caId ?? "";
  if (terms !== null && terms.caIds !== null) return { caId: byDefault, caIds: terms.caIds };
  if (caId === null || (foreignAccount && weight === 0)) return { caId: byDefault, caIds: null };
  return { caId, caIds: weight === 0 ? [caId] : null };
}

/** An answer without what only some have to say. */
export const silent = {
  code: null,
  reason: null,
  notAfter: null,
  renewsAt: null,
  replaceable: false,
  ofPair: false,
} as const satisfies Partial<ImportedCertificate>;

export const rejected = (
  path: string,
  domain: string | null,
  { code, reason }: { readonly code: string; readonly reason: string },
): ImportedCertificate => ({ ...silent, path, domain, outcome: "rejected", code, reason });
