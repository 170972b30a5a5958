/**
 * Asks the name servers of the name itself, found by walking down from the root as a resolver with an empty cache does.
 * Only the delegations of top-level domains are kept for a while; a customer's change shows at once.
 */
import { type AddressRange, after, type Instant, mayReach, minutes, parseAddress } from "@certmill/domain";
import type { Answer, DsData, RecordType } from "dns-packet";
import { storableText } from "../storable-text.ts";
import { type Exchange, type NameServer, NoReply } from "./dns-exchange.ts";
import { type DnsReply, isUnder, lowerName, type Question, recordsOf } from "./dns-message.ts";
import { signatureFault, signaturesOf, trustKeys, type ZoneKeys } from "./dnssec.ts";
import type { Answered, NameLookups, Resolver, ServerAnswer } from "./resolver.ts";

export interface AuthoritativeOptions {
  readonly exchange: Exchange;
  /** Where the walk begins; asked whatever their addresses. */
  readonly roots: readonly NameServer[];
  /** Of the servers below them. */
  readonly port: number;
  /** Ranges that are not public and may be asked all the same. */
  readonly allowed: readonly AddressRange[];
  readonly now: () => Instant;
}

/** A zone with where it is asked. */
interface Zone {
  readonly name: string;
  readonly servers: readonly NameServer[];
  /** Names of servers whose addresses are not known yet. */
  readonly named: readonly string[];
  /** What the parent says of its keys; empty: it is not signed. */
  readonly ds: readonly DsData[];
}

const keepFor = minutes(10);
/** Bounds of one check, against name servers that lead astray. */
const mostQuestions = 150;
const mostReferrals = 16;
const mostDepth = 3;
const serversTried = 4;
/** Then what is not known is told as such, in milliseconds. */
const longest = 15_000;

export class AuthoritativeResolver implements Resolver {
  readonly #options: AuthoritativeOptions;
  readonly #topLevel = new Map<string, { readonly zone: Zone; readonly until: Instant }>();

  constructor(options: AuthoritativeOptions) {
    this.#options = options;
  }

  begin(signal: AbortSignal): NameLookups {
    const now = this.#options.now();
    const known = [...this.#topLevel.values()].filter(({ until }) => until > now).map(({ zone }) => zone);
    return new Walk(this.#options, known, signal, (zone) => {
      if (!zone.name.includes(".")) this.#topLevel.set(zone.name, { zone, until: after(now, keepFor) });
    });
  }
}

/** Nobody gave a usable reply. */
class Stuck extends Error {
  readonly code = "dns-stuck";
}

class Walk implements NameLookups {
  readonly #options: AuthoritativeOptions;
  readonly #signal: AbortSignal;
  readonly #zones: Map<string, Zone>;
  readonly #keys = new Map<string, Promise<ZoneKeys>>();
  readonly #learnt: (zone: Zone) => void;
  readonly #beganAt = performance.now();
  #questions = 0;

  constructor(
    options: AuthoritativeOptions,
    known: readonly Zone[],
    signal: AbortSignal,
    learnt: (zone: Zone) => void,
  ) {
    this.#options = options;
    this.#signal = signal;
    this.#learnt = learnt;
    const root: Zone = { name: ".", servers: options.roots, named: [], ds: [] };
    this.#zones = new Map([root, ...known].map((zone) => [zone.name, zone]));
  }

  async ask<T>(name: string, type: RecordType): Promise<Answered<T>> {
    try {
      const { zone, reply } = await this.#walk(name, type, 0);
      const fault = await this.#dnssecFault(zone, name, type, reply);
      return fault === null ? answerOf(name, type, reply) : { kind: "dnssec", detail: storableText(fault) };
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof Stuck) return { kind: "failed", detail: error.message };
      throw error;
    }
  }

  async askEach<T>(name: string, type: RecordType): Promise<readonly ServerAnswer<T>[]> {
    try {
      const { zone } = await this.#walk(name, type, 0);
      const servers = new Map<string, NameServer>();
      for await (const server of this.#serversOf(zone, 0)) servers.set(server.address, server);
      return await Promise.all(
        [...servers.values()].map((server) => this.#answerFrom<T>(zone, server, { name, type })),
      );
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof Stuck)
        return [
          {
            server: "the name servers",
            answer: { kind: "failed", detail: error.message },
            isReachable: true,
          },
        ];
      throw error;
    }
  }

  /** One that says nothing is asked once more: a datagram may be lost. */
  async #answerFrom<T>(zone: Zone, server: NameServer, { name, type }: Question): Promise<ServerAnswer<T>> {
    let reply = await this.#askServer(server, name, type);
    if (reply instanceof NoReply) reply = await this.#askServer(server, name, type);
    const isReachable = !(reply instanceof NoReply) || reply.isReachable;
    const answer: Answered<T> =
      reply instanceof NoReply || !isUsable(zone, name, reply)
        ? { kind: "failed", detail: faultOf(reply) }
        : answerOf(name, type, reply);
    return { server: server.address, answer, isReachable };
  }

  async #walk(name: string, type: RecordType, depth: number): Promise<{ zone: Zone; reply: DnsReply }> {
    let zone = this.#closest(type === "DS" ? parentOf(name) : name);
    for (let step = 0; step < mostReferrals; step += 1) {
      const reply = await this.#askZone(zone, name, type, depth);
      const below = referralOf(zone, name, reply, this.#options);
      if (below === null) return { zone, reply };
      this.#zones.set(below.name, below);
      this.#learnt(below);
      zone = below;
    }
    throw new Stuck("the delegations do not end");
  }

  #closest(name: string): Zone {
    const labels = name === "." ? [] : name.split(".");
    for (let cut = 0; cut < labels.length; cut += 1) {
      const zone = this.#zones.get(labels.slice(cut).join("."));
      if (zone !== undefined) return zone;
    }
    return this.#zones.get(".") as Zone;
  }

  async #askZone(zone: Zone, name: string, type: RecordType, depth: number): Promise<DnsReply> {
    const faults: string[] = [];
    for await (const server of this.#serversOf(zone, depth)) {
      if (faults.length >= serversTried) break;
      const reply = await this.#askServer(server, name, type);
      if (!(reply instanceof NoReply) && isUsable(zone, name, reply)) return reply;
      faults.push(`${server.address}: ${faultOf(reply)}`);
    }
    if (faults.length === 0) faults.push(`no name server of ${zone.name} has an address that can be asked`);
    throw new Stuck(faults.slice(0, 2).join("; "));
  }

  /** IPv4 first: hosts without IPv6 are more than name servers without IPv4. */
  async *#serversOf(zone: Zone, depth: number): AsyncGenerator<NameServer> {
    yield* shuffled(zone.servers).toSorted(
      (a, b) => Number(a.address.includes(":")) - Number(b.address.includes(":")),
    );
    if (depth >= mostDepth) return;
    for (const name of shuffled(zone.named)) yield* await this.#addressesOf(name, depth + 1);
  }

  async #addressesOf(name: string, depth: number): Promise<NameServer[]> {
    for (const type of ["A", "AAAA"] as const) {
      try {
        const { reply } = await this.#walk(name, type, depth);
        const servers = recordsOf(reply.answers, type, name).map(({ data }) => this.#server(data));
        if (servers.length > 0) return servers.filter((server) => server !== null);
      } catch (error) {
        if (!(error instanceof Stuck)) throw error;
      }
    }
    return [];
  }

  #server(address: string): NameServer | null {
    return serverAt(address, this.#options);
  }

  /** @returns the reply, or why there is none. */
  async #askServer(server: NameServer, name: string, type: RecordType): Promise<DnsReply | NoReply> {
    this.#questions += 1;
    if (this.#questions > mostQuestions) throw new Stuck("it takes too many questions to find out");
    if (performance.now() - this.#beganAt > longest) throw new Stuck("it takes too long to find out");
    try {
      const options = { recurse: false, checkingDisabled: false, signal: this.#signal };
      return await this.#options.exchange(server, { name, type }, options);
    } catch (error) {
      if (error instanceof NoReply) return error;
      throw error;
    }
  }

  async #dnssecFault(zone: Zone, name: string, type: RecordType, reply: DnsReply): Promise<string | null> {
    if (zone.ds.length === 0) return null;
    const { records, section } = decisive(name, type, reply);
    const signer = signaturesOf(section, records[0] ?? { type: "NS", name, data: "" })[0]?.signersName;
    const apex = signer === undefined ? await this.#apexOf(zone, name, reply) : lowerName(signer);
    if (!isUnder(apex, zone.name)) return `the answer is signed by ${apex}`;
    const keys = await this.#keysOf(apex === zone.name ? zone : await this.#zoneWithin(zone, apex));
    if (keys === null) return null;
    if ("fault" in keys) return keys.fault;
    return signatureFault(records, {
      answers: section,
      keys: keys.keys,
      zone: apex,
      now: this.#options.now(),
    });
  }

  /** The zone that an unsigned answer is of: a server may have a zone and its parent. */
  async #apexOf(zone: Zone, name: string, reply: DnsReply): Promise<string> {
    const told = recordsOf([...reply.authorities, ...reply.answers], "SOA")[0]?.name;
    if (told !== undefined) return told;
    const soa = await this.#askZone(zone, name, "SOA", 0);
    return recordsOf([...soa.answers, ...soa.authorities], "SOA")[0]?.name ?? zone.name;
  }

  /** A zone that the same servers have; unsigned where its parent has no DS record for it. */
  async #zoneWithin(zone: Zone, apex: string): Promise<Zone> {
    const reply = await this.#askZone(zone, apex, "DS", 0);
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
    const reply = await this.#askZone(zone, zone.name, "DNSKEY", 0);
    return trustKeys(zone.name, zone.ds, reply.answers, this.#options.now());
  }
}

/** Of a reply that is not usable, for a person. */
function faultOf(reply: DnsReply | NoReply): string {
  if (reply instanceof NoReply) return reply.message;
  return reply.rcode === "NOERROR" ? "knows nothing of it" : reply.rcode;
}

const parentOf = (name: string): string => name.split(".").slice(1).join(".") || ".";

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

function serverAt(address: string, { port, allowed }: AuthoritativeOptions): NameServer | null {
  const parsed = parseAddress(address);
  return parsed !== null && mayReach(parsed, allowed) ? { address, port } : null;
}

/** A reply of a server that has the zone, or leads further down. */
const isUsable = (zone: Zone, name: string, reply: DnsReply): boolean =>
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

function referralOf(zone: Zone, name: string, reply: DnsReply, options: AuthoritativeOptions): Zone | null {
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
    servers.push(...glue.map((record) => serverAt(record.data, options)).filter((at) => at !== null));
  }
  const ds = recordsOf(reply.authorities, "DS", below).map(({ data }) => data);
  return { name: below, servers, named, ds };
}

/** The records that decide the answer, with the section that has their signatures. */
function decisive(
  name: string,
  type: RecordType,
  reply: DnsReply,
): { records: readonly Answer[]; section: readonly Answer[] } {
  const asked = reply.answers.filter((answer) => answer.type === type && answer.name === name);
  const records = asked.length > 0 ? asked : aliasRecords(name, reply);
  if (records.length > 0) return { records, section: reply.answers };
  return { records: recordsOf(reply.authorities, "SOA"), section: reply.authorities };
}

/**
 * The CNAME record of a name. One that a server made from a DNAME record above the name is never signed, and follows from that one
 * (RFC 6672 section 5.3.1).
 */
function aliasRecords(name: string, { answers }: DnsReply): readonly Answer[] {
  const aliases = recordsOf(answers, "CNAME", name);
  const [alias] = aliases;
  if (alias === undefined || signaturesOf(answers, alias).length > 0) return aliases;
  const target = lowerName(alias.data);
  const made = recordsOf(answers, "DNAME").find(
    ({ name: owner, data }) =>
      owner !== name && isUnder(name, owner) && target === redirected(name, owner, lowerName(data)),
  );
  return made === undefined ? aliases : [made];
}

/** A name below `owner` as a DNAME record puts it below `target` (RFC 6672 section 2.2). */
const redirected = (name: string, owner: string, target: string): string =>
  `${name.slice(0, name.length - owner.length)}${target}`;

/** What a reply says of the name; the rest of an alias is for the next question. */
export function answerOf<T>(name: string, type: RecordType, reply: DnsReply): Answered<T> {
  const records = reply.answers.filter((answer) => answer.type === type && answer.name === name);
  if (records.length > 0) return { kind: "found", records: records.map((record) => dataOf(record) as T) };
  const [alias] = recordsOf(reply.answers, "CNAME", name);
  if (alias !== undefined) return { kind: "alias", target: lowerName(storableText(alias.data)) };
  return { kind: reply.rcode === "NXDOMAIN" ? "no-name" : "none" };
}

function dataOf(record: Answer): unknown {
  const data: unknown = "data" in record ? record.data : null;
  return typeof data === "string" ? storableText(data) : data;
}
