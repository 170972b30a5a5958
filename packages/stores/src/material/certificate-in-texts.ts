/** What the fields of an entry hold, in whatever of them it lies. */
import { type Assembled, assemble } from "./assemble.ts";
import { readMaterial } from "./material.ts";
import { Unusable } from "./unusable.ts";

export interface Texts {
  /** For the report. */
  readonly place: string;
  readonly texts: readonly string[];
}

/**
 * The certificate, its chain and its key; null where there is neither certificate nor key: entries of other kinds lie there, too.
 *
 * @param onFault told of each part that is a certificate or a key and cannot be used.
 * @param now milliseconds since the epoch.
 * @throws Unusable
 */
export function certificateInTexts(
  { place, texts }: Texts,
  { onFault, now }: { readonly onFault: (fault: Unusable) => void; readonly now: number },
): Assembled | null {
  const { certificates, keys, faults } = readMaterial(Buffer.from(texts.join("\n")), place);
  for (const fault of faults) onFault(fault);
  const leaf = certificates.find((certificate) => !certificate.ca);
  if (leaf === undefined && keys.length === 0) return null;
  if (leaf === undefined) throw new Unusable(place, "no-certificate", "There is no certificate in it.");
  const others = certificates.filter((certificate) => certificate !== leaf);
  return assemble({ path: place, leaf, others, keys }, now);
}
