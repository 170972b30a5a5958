import type { KeyPairFetcher } from "../feed/key-pair-fetcher.ts";
import { serverTrouble } from "../feed/server-trouble.ts";
import { type CertificateRef, type Holding, labelsOf } from "../holding/holding.ts";
import type { CertificateDirectory } from "./certificate-directory.ts";
import { type KeyPair, keyPairFault } from "./check-key-pair.ts";
import { diskFault } from "./disk-fault.ts";

/** Reasons are clauses. */
export type InstallOutcome =
  | { readonly kind: "installed" }
  /** By the check or by the disk: the edge has something to say about this certificate. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The server has not handed it out: nothing is known about the certificate. */
  | { readonly kind: "delayed"; readonly reason: string }
  /** The server cannot be asked for any. */
  | { readonly kind: "server-away"; readonly reason: string };

export interface InstallOptions {
  readonly keyPairs: KeyPairFetcher;
  readonly directory: CertificateDirectory;
}

/**
 * Installs the certificate that a lineage should have. One that lies on disk already, from a run that was
 * killed, is not fetched again. What was installed before stays on disk; what is older goes.
 *
 * @throws the signal's reason when it aborts before the certificate is here.
 */
export async function installCertificate(
  holding: Holding,
  wanted: CertificateRef,
  options: InstallOptions,
  signal: AbortSignal,
): Promise<InstallOutcome> {
  const { directory } = options;
  const { lineageId, names, twinOf, installed, loaded } = holding;
  try {
    const keep = [wanted, installed, loaded].filter((ref) => ref !== null);
    const isFirst = !directory.prune(lineageId, keep, labelsOf(twinOf, names));
    const trouble = await (isFirst
      ? fetchAndStore(holding, wanted, { ...options, isFirst, current: null }, signal)
      : storeUnlessThere(holding, wanted, options, signal));
    if (trouble !== null) return trouble;
    const links = { names: labelsOf(twinOf, names), before: labelsOf(twinOf, installed?.names ?? []) };
    await directory.link(lineageId, wanted, links);
    return { kind: "installed" };
  } catch (error) {
    signal.throwIfAborted();
    const disk = diskFault(error);
    if (disk !== null) return { kind: "refused", reason: disk };
    const trouble = serverTrouble(error);
    if (trouble === null) throw error;
    return { kind: trouble.kind === "call" ? "delayed" : "server-away", reason: trouble.reason };
  }
}

type Trouble = Exclude<InstallOutcome, { kind: "installed" }>;

/** @returns why the certificate is not there; null: it is on disk. */
async function storeUnlessThere(
  holding: Holding,
  wanted: CertificateRef,
  options: InstallOptions,
  signal: AbortSignal,
): Promise<Trouble | null> {
  const { directory } = options;
  const { lineageId, names, installed } = holding;
  const current = installed === null ? null : await directory.read(lineageId, installed);
  const expected = { names, serial: wanted.serial, installedChainPem: current?.chainPem ?? null };
  const stored = await directory.read(lineageId, wanted);
  if (stored !== null && keyPairFault(stored, expected) === null) return null;
  return await fetchAndStore(holding, wanted, { ...options, isFirst: false, current }, signal);
}

interface StoreOptions extends InstallOptions {
  readonly isFirst: boolean;
  /** What is installed; null: nothing, or nothing that can be read. */
  readonly current: KeyPair | null;
}

async function fetchAndStore(
  { lineageId, names }: Holding,
  wanted: CertificateRef,
  { keyPairs, directory, isFirst, current }: StoreOptions,
  signal: AbortSignal,
): Promise<Trouble | null> {
  const pair = await keyPairs.fetch(wanted.certificateId, signal);
  if (pair === null) return { kind: "delayed", reason: "the server has no such certificate for this edge" };
  const expected = { names, serial: wanted.serial, installedChainPem: current?.chainPem ?? null };
  const fault = keyPairFault(pair, expected);
  if (fault !== null) return { kind: "refused", reason: fault };
  await directory.store(lineageId, wanted, { pair, isFirst });
  return null;
}
