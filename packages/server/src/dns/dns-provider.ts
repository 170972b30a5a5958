/** The port to whoever has a zone: what a provider of a new kind has to do. */
import { storableText } from "../storable-text.ts";

export interface TextRecord {
  /** The zone that has the record, as it is configured: A-labels, lower case, without a dot at the end. */
  readonly zone: string;
  /** The record's owner, likewise; at or under the zone. */
  readonly name: string;
  readonly text: string;
}

/**
 * Each is done within the signal's time, and may be done again after a crash. A name's records are changed by one of ours
 * at a time, but others may have texts there, too: none of theirs is lost.
 */
export interface DnsProvider {
  /** Adds the text beside those that are there; nothing changes when it is there already. @throws ProviderFault */
  add(record: TextRecord, signal: AbortSignal): Promise<void>;
  /** Takes the text away and leaves the others; nothing changes when it is gone already. @throws ProviderFault */
  remove(record: TextRecord, signal: AbortSignal): Promise<void>;
}

/** The provider did not do it. The message is for the operator, and holds no secret. */
export class ProviderFault extends Error {
  readonly code = "dns-provider-fault";

  constructor(message: string) {
    // It is stored, and quotes what a program printed or a server answered.
    super(storableText(message));
  }
}

/** Of the proofs: they change with each issuance, and nobody is to remember one that is gone. Seconds. */
export const recordLifetime = 60;
