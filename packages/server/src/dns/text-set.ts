/** Providers that have a name's texts as one set, which is written anew as a whole. */
import type { DnsProvider, TextRecord } from "./dns-provider.ts";

/** @returns the texts that are to be there, in quotes as the given ones; null: all is as it should be. */
export type NextTexts = (texts: readonly string[], ours: string) => readonly string[] | null;

/** Reads the set of the record's name and writes what `next` makes of it. @throws ProviderFault */
export type ChangeSet = (record: TextRecord, next: NextTexts, signal: AbortSignal) => Promise<void>;

/** Ours comes and goes; what others have put there stays. */
export const providerOfSets = (change: ChangeSet): DnsProvider => ({
  add: (record, signal) =>
    change(record, (texts, ours) => (texts.includes(ours) ? null : [...texts, ours]), signal),
  remove: (record, signal) =>
    change(
      record,
      (texts, ours) => (texts.includes(ours) ? texts.filter((text) => text !== ours) : null),
      signal,
    ),
});
