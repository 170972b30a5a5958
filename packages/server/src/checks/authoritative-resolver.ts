/**
 * Asks the name servers of the name itself, found by walking down from the root as a resolver with an empty cache does.
 * Only the delegations of top-level domains are kept for a while; a customer's change shows at once.
 */
import { after, type Instant, minutes } from "@certmill/domain";
import type { RecordType } from "dns-packet";
import { storableText } from "../storable-text.ts";
import { AnswerTrust, type AskZone, apexOf } from "./answer-trust.ts";
import { answerOf } from "./dns-answer.ts";
import { type Exchange, type NameServer, NoReply } from "./dns-exchange.ts";
import { type DnsReply, lowerName, type Question, recordsOf } from "./dns-message.ts";
import {
  faultOf,
  isUsable,
  parentOf,
  referralOf,
  type ServerTerms,
  serverAt,
  type Zone,
} from "./dns-zone.ts";
import type { Answered, NameLookups, Resolver, ServerAnswer } from "./resolver.ts";

export interface AuthoritativeOptions extends ServerTerms {
  readonly exchange: Exchange;
  /** Where the walk begins; asked whatever their addresses. */
  readonly roots: readonly NameServer[];
  readonly now: () => Instant;
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
  readonly #trust: AnswerTrust;
  readonly #askServersOf: AskZone = (zone, name, type) => this.#askZone(zone, name, type, 0);
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
    this.#trust = new AnswerTrust(this.#askServersOf, options.now);
    const root: Zone = { name: ".", servers: options.roots, named: [], ds: [] };
    this.#zones = new Map([root, ...known].map((zone) => [zone.name, zone]));
  }

  async ask<T>(name: string, type: RecordType): Promise<Answered<T>> {
    try {
      const { zone, reply } = await this.#walk(name, type, 0);
      const fault = await this.#trust.fault(zone, { name, type }, reply);
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
      const apex = await apexOf(this.#askServersOf, zone, { name, reply });
      const { answers } = await this.#askServersOf(zone, apex, "NS");
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
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
