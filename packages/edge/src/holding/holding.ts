/**
 * A certificate by the server's id and its serial: the ids of another installation may be the same, the
 * serials are not.
 */
export interface CertificateRef {
  readonly certificateId: string;
  /** Lower-case hex. */
  readonly serial: string;
}

export interface Installed extends CertificateRef {
  /** The names whose links point to it. */
  readonly names: readonly string[];
}

/**
 * One lineage as this edge holds it: what the server wants, what lies on disk, what the proxy has loaded.
 * The work is what differs between them, so a stop at any moment loses none of it.
 */
export interface Holding {
  readonly lineageId: string;
  /** The primary name first. */
  readonly names: readonly string[];
  /** Null: nothing is to be served for it any more. */
  readonly wanted: CertificateRef | null;
  /** Null: no link points to any of its certificates. */
  readonly installed: Installed | null;
  /** Null: the proxy has loaded none of its certificates, or has dropped the last one. */
  readonly loaded: CertificateRef | null;
}

export type FileStep = "install" | "withdraw" | "forget";

/** What is to be done next to the lineage's files; null: nothing. A removed one stays until it is unloaded. */
export function fileStep({ wanted, installed, loaded, names }: Holding): FileStep | null {
  if (wanted !== null) return installed !== null && covers(installed, wanted, names) ? null : "install";
  if (installed !== null) return "withdraw";
  return loaded === null ? "forget" : null;
}

/** Whether the proxy is behind the files. */
export const needsReload = ({ installed, loaded }: Holding): boolean => !sameCertificate(installed, loaded);

export function sameCertificate(one: CertificateRef | null, other: CertificateRef | null): boolean {
  return one?.certificateId === other?.certificateId && one?.serial === other?.serial;
}

const covers = (installed: Installed, wanted: CertificateRef, names: readonly string[]): boolean =>
  sameCertificate(installed, wanted) && installed.names.join() === names.join();
