import type { CertificateImport, ImportedCertificate, Operations } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { hasZone } from "../../store/dns/dns-zones.ts";
import { findDefaultCa, listCaIdentities } from "../../store/read/cas.ts";
import { retryDeadlock } from "../../store/retry-deadlock.ts";
import type { LineageTerms } from "../../store/write/add-lineages.ts";
import { findRefused } from "../../store/write/refuse-key.ts";
import { type Candidate, judgeCertificate, rejected, silent } from "../import/judge-certificate.ts";
import type { Place } from "../import/sort-certificates.ts";
import { foreseeCertificates, takeCertificates } from "../import/take-certificates.ts";
import { readTerms } from "../intake/lineage-terms.ts";
import type { CheckNames, ReadImported } from "../ports.ts";
import { instantText } from "../present/instant-text.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly readImported: ReadImported;
  /** Null: names are not checked. */
  readonly check: CheckNames | null;
}

export function importCertificatesHandler(tools: Tools): Handler<Operations["importCertificates"]> {
  return async ({ body }) => {
    const terms = await termsOf(tools.db, body);
    const cas = await listCaIdentities(tools.db);
    const wildcards = await hasZone(tools.db);
    const read = body.certificates.map((each) => judgeCertificate(each, { cas, terms, wildcards }, tools));
    const judged = await rejectRefused(tools.db, read);
    const places = await placesOf(judged.filter(isCandidate), { body, terms }, tools);
    const results = judged.map((each) => (isCandidate(each) ? tell(each, places.get(each)) : each));
    return { status: 200, body: { results } };
  };
}

const isCandidate = (judged: Candidate | ImportedCertificate): judged is Candidate => "read" in judged;

/** null: there is no CA yet, which only a dry run may meet. */
async function termsOf(db: Db, body: CertificateImport): Promise<LineageTerms | null> {
  const mayLack = body.dryRun === true && body.ca === undefined;
  if (mayLack && (await findDefaultCa(db)) === null) return null;
  return (await readTerms(db, body)).terms;
}

/** A key that is compromised is not served again, wherever it comes from. */
async function rejectRefused(
  db: Db,
  judged: readonly (Candidate | ImportedCertificate)[],
): Promise<readonly (Candidate | ImportedCertificate)[]> {
  const keys = judged.filter(isCandidate).map(({ read }) => read.certificate.spki);
  const refused = await findRefused(db, keys);
  const reason = "The private key is held for compromised: certmill replace --key, or a CA that refuses it.";
  return judged.map((each) =>
    isCandidate(each) && refused.has(each.read.certificate.spki)
      ? rejected(each.path, each.names[0], { code: "key-refused", reason })
      : each,
  );
}

interface Wish {
  readonly body: CertificateImport;
  readonly terms: LineageTerms | null;
}

async function placesOf(
  candidates: readonly Candidate[],
  { body, terms }: Wish,
  { db, now, check }: Tools,
): Promise<ReadonlyMap<Candidate, Place>> {
  const { tenant = null, keyType = null } = body;
  const places =
    body.dryRun === true || terms === null
      ? await foreseeCertificates(db, candidates, { tenant, keyType })
      : await retryDeadlock(() =>
          db.transaction().execute((trx) =>
            takeCertificates(trx, candidates, {
              tenant,
              keyType,
              edgeGroupId: terms.edgeGroupId,
              areChecked: check !== null,
              now: now(),
            }),
          ),
        );
  return new Map(places.map((place, index) => [candidates[index] as Candidate, place]));
}

function tell(each: Candidate, place: Place | undefined): ImportedCertificate {
  const { path, renewAt, read, replaceable } = each;
  const [domain] = each.names;
  switch (place?.kind) {
    case "taken": {
      const reason = `${place.name} is covered already, with other names, by the certificate of ${place.by}.`;
      return rejected(path, domain, { code: "domain-exists", reason });
    }
    case "not-theirs": {
      const reason = `${place.name} is here already, and is not that tenant's.`;
      return rejected(path, domain, { code: "domain-exists", reason });
    }
    case "known":
    case "outdated":
    case undefined:
      return { ...silent, path, domain, outcome: place?.kind ?? "outdated" };
    case "fresh":
    case "newer":
    case "beside":
      return {
        ...silent,
        path,
        domain,
        outcome: "imported",
        ofPair: place.kind === "beside",
        notAfter: instantText(read.certificate.notAfter),
        renewsAt: instantText(renewAt),
        replaceable,
      };
  }
}
