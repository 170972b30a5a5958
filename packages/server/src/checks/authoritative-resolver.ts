/**
 * Asks the name servers of the name itself, found by walking down from the root as a resolver with an empty cache does.
 * Only the delegations of top-level domains are kept for a while; a customer's change shows at once.
 */
import { type AddressRange, after, type Instant, mayReach, minutes, parseAddress } from "@certmill/domain";
import type { DsData, RecordType } from "dns-packet";
import { storableText } from "../storable-text.ts";
import { answerOf, decisive } from "./dns-answer.ts";
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
/** Against name servers that lead astray. After `longest`, in milliseconds, what is not known is told as such. */
interface Bounds {
  readonly mostQuestions: number;
  readonly longest: number;
}

/** Of one check. */
const ofCheck: Bounds = { mostQuestions: 150, longest: 15_000 };
/** Of finding the servers that a zone names itself. */
const ofNamed: Bounds = { mostQuestions: 60, longest: 5_000 };
/** As many as a delegation has at most in practice. */
const mostNamed = 13;
const mostReferrals = 16;
const mostDepth = 3;
const serversTried = 4;

export class AuthoritativeResolver implements Resolver {
  readonly #options: AuthoritativeOptions;
  readonly #topLevel = new Map<string, { readonly zone: Zone; readonly until: Instant }>();

  constructor(options: AuthoritativeOptions) {
    this.#options = options;
  }

  begin(signal: AbortSignal): NameLookups {
    const now = this.#options.now();
    const known = [...this.#topLevel.values()].filter(({ until }) => until > now).map(({ zone }) => zone);
    const learnt = (zone: Zone): void => {
      if (!zone.name.includes(".")) this.#topLevel.set(zone.name, { zone, until: after(now, keepFor) });
    };
    return new Walk(this.#options, known, { signal, bounds: ofCheck, learnt });
  }
}

/** Nobody gave a usable reply. */
class Stuck extends Error {
  readonly code = "dns-stuck";
}

class Walk implements NameLookups {
  readonly #options: AuthoritativeOptions;
  readonly #signal: AbortSignal;
  readonly #bounds: Bounds;
  readonly #zones: Map<string, Zone>;
  readonly #keys = new Map<string, Promise<ZoneKeys>>();
  /** By zone: servers that it names itself. */
  readonly #named = new Map<string, Promise<readonly NameServer[]>>();
  readonly #learnt: (zone: Zone) => void;
  readonly #beganAt = performance.now();
  #questions = 0;

  constructor(
    options: AuthoritativeOptions,
    known: readonly Zone[],
    {
      signal,
      bounds,
      learnt,
    }: {
      readonly signal: AbortSignal;
      readonly bounds: Bounds;
      readonly learnt: (zone: Zone) => void;
    },
  ) {
    this.#options = options;
    this.#signal = signal;
    this.#bounds = bounds;
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
      const { zone, reply } = await this.#walk(name, type, 0);
      const servers = new Map<string, NameServer>();
      for await (const server of this.#serversOf(zone, 0)) servers.set(server.address, server);
      for (const server of await this.#namedBy(zone, name, reply)) servers.set(server.address, server);
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

  /** The servers that a zone names itself, some of which its parent may not name. None where it does not tell. */
  #namedBy(zone: Zone, name: string, reply: DnsReply): Promise<readonly NameServer[]> {
    const known = this.#named.get(zone.name);
    if (known !== undefined) return known;
    // Beside this walk: servers that are hard to find must not use up what the zone's own answers may take.
    const aside = new Walk(this.#options, [...this.#zones.values()], {
      signal: this.#signal,
      bounds: ofNamed,
      learnt: this.#learnt,
    });
    const named = aside.#findNamed(zone, name, reply);
    this.#named.set(zone.name, named);
    return named;
  }

  async #findNamed(zone: Zone, name: string, reply: DnsReply): Promise<readonly NameServer[]> {
    try {
      const apex = await this.#apexOf(zone, name, reply);
      const { answers } = await this.#askZone(zone, apex, "NS", 0);
      const names = recordsOf(answers, "NS", apex).map(({ data }) => lowerName(data));
      const found = await Promise.all(names.slice(0, mostNamed).map((each) => this.#addressesOf(each, 1)));
      return found.flat();
    } catch (error) {
      if (error instanceof Stuck) return [];
      throw error;
    }
  }

  /** One that says nothing is asked once more: a datagram may be lost. */
  async #answerFrom<T>(zone: Zone, server: NameServer, { name, type }: Question): Promise<ServerAnswer<T>> {
    let reply = await this.#exchange(server, name, type);
    if (reply instanceof NoReply) reply = await this.#exchange(server, name, type);
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

  /** On the way to an answer: within the bounds. */
  async #askServer(server: NameServer, name: string, type: RecordType): Promise<DnsReply | NoReply> {
    const { mostQuestions, longest } = this.#bounds;
    this.#questions += 1;
    if (this.#questions > mostQuestions) throw new Stuck("it takes too many questions to find out");
    if (performance.now() - this.#beganAt > longest) throw new Stuck("it takes too long to find out");
    return this.#exchange(server, name, type);
  }

  /** @returns the reply, or why there is none. */
  async #exchange(server: NameServer, name: string, type: RecordType): Promise<DnsReply | NoReply> {
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
