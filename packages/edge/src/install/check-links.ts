import type { Holdings } from "../holding/holdings.ts";
import type { CertificateDirectory } from "./certificate-directory.ts";

/** Lineages looked at in parallel. */
const atOnce = 32;

/** Marks what was installed but is not there any more, so that it is installed again. */
export async function checkLinks(holdings: Holdings, directory: CertificateDirectory): Promise<void> {
  const remaining = [...holdings.all()].values();
  const lane = async (): Promise<void> => {
    for (const { lineageId, installed } of remaining) {
      if (installed === null) continue;
      if (!(await directory.isLinked(lineageId, installed, installed.names))) {
        holdings.markInstalled(lineageId, null);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
