/** What a CA offers, as its directory says. */
import { type AcmeClient, AcmeError } from "@certmill/acme";
import { RequestsBackedUp } from "./slot-queue.ts";

export interface DirectoryOffer {
  readonly renewalInfo: boolean;
  /** Names of certificate profiles. */
  readonly profiles: readonly string[];
}

/**
 * @returns null when the directory cannot be read now.
 * @throws the signal's reason; the database's errors.
 */
export async function readOffer(client: AcmeClient, signal: AbortSignal): Promise<DirectoryOffer | null> {
  try {
    const { renewalInfo, meta } = await client.directory(signal);
    return { renewalInfo: renewalInfo !== null, profiles: Object.keys(meta.profiles) };
  } catch (error) {
    if (error instanceof AcmeError || error instanceof RequestsBackedUp) return null;
    throw error;
  }
}
