/** All that a check sees of one name. */
import { isIpName, type Lookup, type NameFacts, type ProofFacts } from "@certmill/domain";
import { lookUpAddresses, lookUpCaa } from "./look-up-name.ts";
import { type ProbeOptions, probe } from "./probe.ts";
import type { NameLookups, Resolver } from "./resolver.ts";

export interface CheckOptions extends ProbeOptions {
  readonly resolver: Resolver;
  readonly makeToken: MakeToken;
}

/**
 * A token that every responder of the installation answers, and what the answer may be: theirs, or that of a proxy that
 * answers by itself with the thumbprint of one of the installation's accounts.
 */
export type MakeToken = () => Promise<{ readonly token: string; readonly answers: readonly string[] }>;

/** @param name in A-labels. @throws only the signal's reason. */
export type LookAtName = (name: string, signal: AbortSignal) => Promise<NameFacts>;

/** Where the proof of a name goes. @throws only the signal's reason, or the database's error. */
export type SeeProof = (name: string, signal: AbortSignal) => Promise<ProofFacts>;

/** Of a name that is proven by DNS-01 all else is of no matter. */
export function lookAtProof(resolver: Resolver, seeProof: SeeProof): LookAtName {
  return async (name, signal) => {
    const unknown = { kind: "none" } as const;
    const proof = await seeProof(name, signal);
    const caa = await lookUpCaa(resolver.begin(signal), name.replace(/^\*\./, ""));
    const addresses = { aliases: [], aliasEnd: "ends", v4: unknown, v6: unknown } as const;
    return { name, challenge: "dns-01", ...addresses, caa, probe: null, proof };
  };
}

/** A name that is proven by TLS-ALPN-01 has to lead here, whatever answers for it over HTTP. */
export function lookUpNames(resolver: Resolver): LookAtName {
  return async (name, signal) => {
    const facts = { name, challenge: "tls-alpn-01", probe: null, proof: null } as const;
    if (isIpName(name)) return { ...facts, ...addressOf(name), caa: { kind: "absent" } };
    const lookups = resolver.begin(signal);
    return { ...facts, ...(await lookUpAddresses(lookups, name)), caa: await lookUpCaa(lookups, name) };
  };
}

/** What a look-up would tell of an address, if it were one's name. */
function addressOf(name: string): Pick<NameFacts, "aliases" | "aliasEnd" | "v4" | "v6"> {
  const none: Lookup<string> = { kind: "none" };
  const found: Lookup<string> = { kind: "found", records: [name] };
  const isV6 = name.includes(":");
  return { aliases: [], aliasEnd: "ends", v4: isV6 ? none : found, v6: isV6 ? found : none };
}

export function lookAtNames(options: CheckOptions): LookAtName {
  return async (name, signal) => {
    const lookups = options.resolver.begin(signal);
    if (isIpName(name)) return lookAtAddress(name, { lookups, signal }, options);
    const addresses = await lookUpAddresses(lookups, name);
    const caa = await lookUpCaa(lookups, name);
    const v4 = addresses.v4.kind === "found" ? addresses.v4.records : [];
    const v6 = addresses.v6.kind === "found" ? addresses.v6.records : [];
    const request = { host: name, v4, v6, lookups, signal, ...(await options.makeToken()) };
    return {
      name,
      challenge: "http-01",
      ...addresses,
      caa,
      probe: v4.length + v6.length === 0 ? null : await probe(request, options),
      proof: null,
    };
  };
}

/** An address has no DNS to look at, and no CAA records (RFC 8738 has none). */
async function lookAtAddress(
  name: string,
  { lookups, signal }: { readonly lookups: NameLookups; readonly signal: AbortSignal },
  options: CheckOptions,
): Promise<NameFacts> {
  const isV6 = name.includes(":");
  const [v4, v6] = isV6 ? [[], [name]] : [[name], []];
  const request = {
    host: isV6 ? `[${name}]` : name,
    v4,
    v6,
    lookups,
    signal,
    ...(await options.makeToken()),
  };
  return {
    name,
    challenge: "http-01",
    ...addressOf(name),
    caa: { kind: "absent" },
    probe: await probe(request, options),
    proof: null,
  };
}
