/** A zone, and what a reply of its servers says: of itself, or of a zone below. */
import { type AddressRange, mayReach, parseAddress } from "@certmill/domain";
import type { DsData } from "dns-packet";
import { type NameServer, NoReply } from "./dns-exchange.ts";
import { type DnsReply, isUnder, lowerName, recordsOf } from "./dns-message.ts";

/** A zone with where it is asked. */
export interface Zone {
  readonly name: string;
  readonly servers: readonly NameServer[];
  /** Names of servers whose addresses are not known yet. */
  readonly named: readonly string[];
  /** What the parent says of its keys; empty: it is not signed. */
  readonly ds: readonly DsData[];
}

/** Which servers are asked, and where. */
export interface ServerTerms {
  /** Of the servers below the root. */
  readonly port: number;
  /** Ranges that are not public and may be asked all the same. */
  readonly allowed: readonly AddressRange[];
}

/** Of a reply that is not usable, for a person. */
export function faultOf(reply: DnsReply | NoReply): string {
  if (reply instanceof NoReply) return reply.message;
  return reply.rcode === "NOERROR" ? "knows nothing of it" : reply.rcode;
}

export const parentOf = (name: string): string => name.split(".").slice(1).join(".") || ".";

/** Null: it may not be asked. */
export function serverAt(address: string, { port, allowed }: ServerTerms): NameServer | null {
  const parsed = parseAddress(address);
  return parsed !== null && mayReach(parsed, allowed) ? { address, port } : null;
}

/** A reply of a server that has the zone, or leads further down. */
export const isUsable = (zone: Zone, name: string, reply: DnsReply): boolean =>
  (reply.rcode === "NOERROR" || reply.rcode === "NXDOMAIN") &&
  (reply.authoritative || delegated(zone, name, reply) !== null);

/** The zone below that the reply leads to; null: it leads nowhere. */
function delegated(zone: Zone, name: string, reply: DnsReply): string | null {
  if (reply.authoritative || reply.answers.length > 0 || reply.rcode !== "NOERROR") return null;
  const below = recordsOf(reply.authorities, "NS").find(
    ({ name: owner }) => owner !== zone.name && isUnder(owner, zone.name) && isUnder(name, owner),
  );
  return below?.name ?? null;
}

/** The same with where it is asked. */
export function referralOf(zone: Zone, name: string, reply: DnsReply, terms: ServerTerms): Zone | null {
  const below = delegated(zone, name, reply);
  if (below === null) return null;
  const servers: NameServer[] = [];
  const named: string[] = [];
  for (const { data } of recordsOf(reply.authorities, "NS", below)) {
    const server = lowerName(data);
    // Only what the parent may speak of: addresses below its own zone.
    const glue = isUnder(server, zone.name)
      ? [...recordsOf(reply.additionals, "A", server), ...recordsOf(reply.additionals, "AAAA", server)]
      : [];
    if (glue.length === 0) named.push(server);
    servers.push(...glue.map((record) => serverAt(record.data, terms)).filter((at) => at !== null));
  }
  const ds = recordsOf(reply.authorities, "DS", below).map(({ data }) => data);
  return { name: below, servers, named, ds };
}
