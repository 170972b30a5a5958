/**
 * A certificate by the server's id and its serial: the ids of another installation may be the same, the
 * serials are not.
 */
export interface CertificateRef {
  readonly certificateId: string;
  /** Lower-case hex. */
  readonly serial: string;
  /** ISO 8601: the end of its validity. */
  readonly notAfter: string;
}

export interface Served extends CertificateRef {
  /** The names that are served with it: the links that point to it, what the proxy chooses it by. */
  readonly names: readonly string[];
}

/**
 * One lineage as this edge holds it: what the server wants, what lies on disk, what the proxy has loaded,
 * what a handshake has shown. The work is what differs between them, so a stop at any moment loses none of it.
 */
export interface Holding {
  readonly lineageId: string;
  /** The primary name first. */
  readonly names: readonly string[];
  /** The lineage of the same names whose RSA certificate this is; null: nobody's. */
  readonly twinOf: string | null;
  /** Null: nothing is to be served for it any more. */
  readonly wanted: CertificateRef | null;
  /** Null: no link points to any of its certificates. */
  readonly installed: Served | null;
  /** Null: the proxy has loaded none of its certificates, or has dropped the last one. */
  readonly loaded: Served | null;
  /** The server has been told of it, or is going to be. Null: nothing is loaded, or nothing was shown of it. */
  readonly proved: CertificateRef | null;
}

/** What the links of a lineage are called by: a twin's, whoever it is of, beside the other's, by names that no domain has. */
export const labelsOf = (twinOf: string | null, names: readonly string[]): readonly string[] =>
  twinOf === null ? names : names.map((name) => `${name}+rsa`);

export type FileStep = "install" | "withdraw" | "forget";

/** What is to be done next to the lineage's files; null: nothing. A removed one stays until it is unloaded. */
export function fileStep({ wanted, installed, loaded, names }: Holding): FileStep | null {
  if (wanted !== null) return installed !== null && covers(installed, wanted, names) ? null : "install";
  if (installed !== null) return "withdraw";
  return loaded === null ? "forget" : null;
}

/** Whether the proxy is behind the files. */
export const needsLoading = ({ installed, loaded }: Holding): boolean =>
  installed === null ? loaded !== null : loaded === null || !covers(loaded, installed, installed.names);

/** Whether it is still to be shown that the proxy serves what it has loaded. */
export const needsProof = ({ loaded, proved }: Holding): boolean =>
  loaded !== null && !sameCertificate(loaded, proved);

/**
 * Sorts lineages by how soon they are needed: names that nobody serves yet first, then the ones whose served
 * certificate ends first.
 */
export function needOf({ lineageId, wanted, installed, loaded }: Holding): string {
  const isNew = loaded === null;
  const end = (isNew ? (wanted ?? installed) : loaded)?.notAfter ?? "";
  return `${isNew ? "new" : "old"} ${end} ${lineageId}`;
}

/** The reference alone, of whatever else carries one. */
export const refOf = (ref: CertificateRef | null): CertificateRef | null =>
  ref === null ? null : { certificateId: ref.certificateId, serial: ref.serial, notAfter: ref.notAfter };

export function sameCertificate(one: CertificateRef | null, other: CertificateRef | null): boolean {
  return one?.certificateId === other?.certificateId && one?.serial === other?.serial;
}

const covers = (served: Served, wanted: CertificateRef, names: readonly string[]): boolean =>
  sameCertificate(served, wanted) && served.names.join() === names.join();
