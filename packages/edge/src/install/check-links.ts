import { type CertificateRef, labelsOf, sameCertificate } from "../holding/holding.ts";
import type { Holdings } from "../holding/holdings.ts";
import type { CertificateDirectory } from "./certificate-directory.ts";

/** Lineages looked at in parallel. */
const atOnce = 32;

/**
 * Brings what is thought to be installed in line with the links that are there. The last installations of a
 * run that was killed may not have been written down; somebody may have deleted files; and an earlier run may have written
 * them in another layout.
 */
export async function checkLinks(holdings: Holdings, directory: CertificateDirectory): Promise<void> {
  const remaining = [...holdings.ids()].values();
  const isThere = async (lineageId: string, ref: CertificateRef, names: readonly string[]) =>
    (await directory.isLinked(lineageId, ref, names)) ||
    ((await directory.convert(lineageId, ref)) && (await directory.isLinked(lineageId, ref, names)));
  const lane = async (): Promise<void> => {
    for (const lineageId of remaining) {
      const holding = holdings.get(lineageId);
      if (holding === null) continue;
      const { names, twinOf, wanted, installed } = holding;
      const labels = (of: readonly string[]) => labelsOf(twinOf, of);
      if (wanted !== null && (await isThere(lineageId, wanted, labels(names)))) {
        if (!sameCertificate(wanted, installed)) holdings.markInstalled(lineageId, { ...wanted, names });
      } else if (installed !== null && !(await isThere(lineageId, installed, labels(installed.names)))) {
        holdings.markInstalled(lineageId, null);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
