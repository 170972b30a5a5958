import type { Receipt } from "@certmill/api/edge";
import { type CertificateRef, type Holding, refOf, type Served, sameCertificate } from "./holding.ts";

/** One line of the state on disk. A later one of the same lineage, receipt or of the cursor takes an earlier one's place. */
export type StateRecord =
  /** Another version could not be read by this agent. */
  | { readonly kind: "head"; readonly version: 3 }
  | LineageRecord
  | { readonly kind: "gone"; readonly lineageId: string }
  /** Not yet acknowledged by the server. */
  | { readonly kind: "receipt"; readonly receipt: Receipt }
  | { readonly kind: "sent"; readonly lineageId: string; readonly certificateId: string }
  /** The place in the feed up to which the lineages before it are known; null: nothing has been read yet. */
  | { readonly kind: "cursor"; readonly cursor: string | null };

/** A holding, whose words are mostly one and the same certificate. */
interface LineageRecord {
  readonly kind: "lineage";
  readonly lineageId: string;
  readonly names: readonly string[];
  /** Absent: it is nobody's twin. */
  readonly twinOf?: string;
  readonly wanted: CertificateRef | null;
  readonly installed: Served | "wanted" | null;
  readonly loaded: Served | "installed" | null;
  readonly proved: CertificateRef | "loaded" | null;
}

export function recordOf({
  lineageId,
  names,
  twinOf,
  wanted,
  installed,
  loaded,
  proved,
}: Holding): LineageRecord {
  return {
    kind: "lineage",
    lineageId,
    names,
    ...(twinOf === null ? {} : { twinOf }),
    wanted: refOf(wanted),
    installed: wanted !== null && isServed(installed, wanted, names) ? "wanted" : installed,
    loaded: installed !== null && isServed(loaded, installed, installed.names) ? "installed" : loaded,
    proved: loaded !== null && sameCertificate(proved, loaded) ? "loaded" : proved,
  };
}

/** What is equal is one object in memory too: with 100,000 lineages it counts. */
export function holdingOf({ lineageId, names, ...words }: LineageRecord): Holding {
  const wanted = words.wanted === null ? null : { ...words.wanted, names };
  const installed = words.installed === "wanted" ? wanted : words.installed;
  const loaded = words.loaded === "installed" ? installed : words.loaded;
  const proved = words.proved === "loaded" ? loaded : words.proved;
  return { lineageId, names, twinOf: words.twinOf ?? null, wanted, installed, loaded, proved };
}

const isServed = (served: Served | null, ref: CertificateRef, names: readonly string[]): boolean =>
  served !== null && sameCertificate(served, ref) && served.names.join() === names.join();
