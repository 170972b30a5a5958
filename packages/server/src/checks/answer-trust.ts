/** Whether the answer of a zone's servers is the zone's own, where its parent says that it is signed (RFC 4035 section 5). */
import type { Instant } from "@certmill/domain";
import type { RecordType } from "dns-packet";
import { decisive } from "./dns-answer.ts";
import { type DnsReply, isUnder, lowerName, type Question, recordsOf } from "./dns-message.ts";
import type { Zone } from "./dns-zone.ts";
import { signatureFault, signaturesOf, trustKeys, type ZoneKeys } from "./dnssec.ts";

/** Asks a zone's servers. @throws when none of them gives a usable reply. */
export type AskZone = (zone: Zone, name: string, type: RecordType) => Promise<DnsReply>;

/** Keeps the keys of the zones that it has come across. */
export class AnswerTrust {
  readonly #ask: AskZone;
  readonly #now: () => Instant;
  readonly #keys = new Map<string, Promise<ZoneKeys>>();

  constructor(ask: AskZone, now: () => Instant) {
    this.#ask = ask;
    this.#now = now;
  }

  /** What is wrong with its signatures, as a clause; null: nothing, or the zone is not signed. */
  async fault(zone: Zone, { name, type }: Question, reply: DnsReply): Promise<string | null> {
    if (zone.ds.length === 0) return null;
    const { records, section } = decisive(name, type, reply);
    const signer = signaturesOf(section, records[0] ?? { type: "NS", name, data: "" })[0]?.signersName;
    const apex = signer === undefined ? await apexOf(this.#ask, zone, { name, reply }) : lowerName(signer);
    if (!isUnder(apex, zone.name)) return `the answer is signed by ${apex}`;
    const keys = await this.#keysOf(apex === zone.name ? zone : await this.#zoneWithin(zone, apex));
    if (keys === null) return null;
    if ("fault" in keys) return keys.fault;
    return signatureFault(records, { answers: section, keys: keys.keys, zone: apex, now: this.#now() });
  }

  /** A zone that the same servers have; unsigned where its parent has no DS record for it. */
  async #zoneWithin(zone: Zone, apex: string): Promise<Zone> {
    const reply = await this.#ask(zone, apex, "DS");
    const ds = recordsOf(reply.answers, "DS", apex).map(({ data }) => data);
    return { ...zone, name: apex, ds };
  }

  #keysOf(zone: Zone): Promise<ZoneKeys> {
    const known = this.#keys.get(zone.name) ?? this.#readKeys(zone);
    this.#keys.set(zone.name, known);
    return known;
  }

  async #readKeys(zone: Zone): Promise<ZoneKeys> {
    if (zone.ds.length === 0) return null;
    const reply = await this.#ask(zone, zone.name, "DNSKEY");
    return trustKeys(zone.name, zone.ds, reply.answers, this.#now());
  }
}

/** The zone that an unsigned answer is of: a server may have a zone and its parent. */
export async function apexOf(
  ask: AskZone,
  zone: Zone,
  { name, reply }: { readonly name: string; readonly reply: DnsReply },
): Promise<string> {
  const told = recordsOf([...reply.authorities, ...reply.answers], "SOA")[0]?.name;
  if (told !== undefined) return told;
  const soa = await ask(zone, name, "SOA");
  return recordsOf([...soa.answers, ...soa.authorities], "SOA")[0]?.name ?? zone.name;
}
