/** Which imported certificates are the RSA ones of pairs, and where those go: beside the P-256 one for the same names. */
import { sameNames } from "@certmill/domain";
import type { Standing } from "../../store/read/standings.ts";
import type { Holder } from "../../store/write/add-lineages.ts";
import type { Importable } from "./sort-certificates.ts";

/** What is here now. */
export interface Here {
  /** Who holds which name. */
  readonly holders: ReadonlyMap<string, Holder>;
  /** What those have, by lineage. */
  readonly standings: ReadonlyMap<string, Standing>;
}

/** Those that go beside another, which is here or comes with them. */
export function rsaOfPairs(wanted: readonly Importable[], here: Here): ReadonlySet<Importable> {
  const groups = Map.groupBy(wanted, ({ names }) => [...names].sort().join(","));
  return new Set(
    [...groups.values()]
      .filter((group) => isPair(group, here))
      .flatMap((group) => group.filter(({ keyType }) => keyType === "rsa2048")),
  );
}

/**
 * Whether those for the same names are a pair: nobody has them yet and both come, or who has them has, or is given now, a P-256
 * certificate beside which an RSA one may be.
 */
function isPair(group: readonly Importable[], { holders, standings }: Here): boolean {
  const ecdsa = group.filter(({ keyType }) => keyType === "p256");
  const [{ names }] = group as [Importable];
  const holder = names.map((name) => holders.get(name)).find((each) => each !== undefined);
  if (holder === undefined) return ecdsa.length > 0;
  const standing = standings.get(holder.lineageId);
  if (standing === undefined || !sameNames(holder.names, names)) return false;
  const { keyType, paired, twin, servedFrom, fingerprints } = standing;
  if (keyType !== "p256" || paired === false) return false;
  const isNews = ({ notBefore, fingerprint }: Importable): boolean =>
    !fingerprints.has(fingerprint) && (servedFrom === null || servedFrom < notBefore);
  return twin !== null || ecdsa.some(isNews);
}
