/** Follows a challenge from a name's records to whoever answers, by each of its addresses, and looks at TLS beside it. */
import {
  isIpName,
  type Lookup,
  mayReach,
  type PathFacts,
  parseAddress,
  seconds,
  type TlsSeen,
  type Way,
  type WayOutcome,
} from "@certmill/domain";
import type { CheckOptions } from "./check-name.ts";
import { deadlineWithin } from "./deadline.ts";
import type { LookFromAfar } from "./look-from-afar.ts";
import { lookUpAddresses } from "./look-up-name.ts";
import { type Probed, probeByHops } from "./probe.ts";
import type { NameLookups } from "./resolver.ts";
import { seeCertificate, type Verifies } from "./see-certificate.ts";

export interface PathOptions extends CheckOptions {
  /** Null: nobody else looks. */
  readonly lookFromAfar: LookFromAfar | null;
}

/** @throws only the signal's reason. */
export type FollowPath = (path: PathToFollow, signal: AbortSignal) => Promise<PathFacts>;

export interface PathToFollow {
  /** In A-labels, no wildcard. */
  readonly name: string;
  /** Whether two certificates are to be served, each to clients that verify it. */
  readonly isPair: boolean;
}

/** Of the whole; what is not seen by then is told as such. */
const longest = seconds(60);
/** A name of so many addresses is one of somebody else. */
const mostAddresses = 8;

export function followPath(options: PathOptions): FollowPath {
  return async (path, signal) => {
    using until = deadlineWithin(signal, longest);
    const lookElsewhere = options.lookFromAfar ?? (async () => []);
    const [own, afar] = await Promise.allSettled([
      followHere(path, until.signal, options),
      lookElsewhere(path.name, until.signal),
    ]);
    signal.throwIfAborted();
    if (own.status === "rejected") throw own.reason;
    return { ...own.value, afar: afar.status === "fulfilled" ? afar.value : [] };
  };
}

async function followHere(
  { name, isPair }: PathToFollow,
  signal: AbortSignal,
  options: PathOptions,
): Promise<PathFacts> {
  const lookups = options.resolver.begin(signal);
  const addresses = isIpName(name) ? recordsOfAddress(name) : await lookUpAddresses(lookups, name);
  const all = [addresses.v6, addresses.v4].flatMap((lookup) =>
    lookup.kind === "found" ? lookup.records : [],
  );
  const ways = all
    .slice(0, mostAddresses)
    .map((address) => followWay({ name, isPair, address, lookups, signal }, options));
  return { name, ...addresses, ways: await Promise.all(ways), afar: [] };
}

function recordsOfAddress(name: string): Pick<PathFacts, "aliases" | "aliasEnd" | "v4" | "v6"> {
  const none: Lookup<string> = { kind: "none" };
  const found: Lookup<string> = { kind: "found", records: [name] };
  const isV6 = name.includes(":");
  return { aliases: [], aliasEnd: "ends", v4: isV6 ? none : found, v6: isV6 ? found : none };
}

interface WayRequest extends PathToFollow {
  readonly address: string;
  readonly lookups: NameLookups;
  readonly signal: AbortSignal;
}

async function followWay(request: WayRequest, options: PathOptions): Promise<Way> {
  const { name, isPair, address, lookups, signal } = request;
  const { token, answers } = await options.makeToken();
  const isV6 = address.includes(":");
  const host = isIpName(name) && isV6 ? `[${name}]` : name;
  const only = { v4: isV6 ? [] : [address], v6: isV6 ? [address] : [] };
  const probed = await probeByHops({ host, ...only, token, answers, lookups, signal }, options);
  const hops = (probed?.answers ?? []).map(({ url, status, location, server, between, cached }) => ({
    url,
    status,
    location: status >= 301 && status <= 308 && status !== 304 ? location : null,
    server,
    between,
    cached,
  }));
  return {
    address,
    hops,
    outcome: outcomeOf(probed, token, answers),
    tls: await seeTls(request, isPair ? "ecdsa" : "all", options),
    rsaTls: isPair ? await seeTls(request, "rsa", options) : null,
  };
}

function outcomeOf(probed: Probed | null, token: string, answers: readonly string[]): WayOutcome {
  if (probed === null) return { kind: "busy" };
  const { result } = probed;
  const body = probed.answers.at(-1)?.body.trimEnd() ?? "";
  if (result.kind === "answered") return { kind: "answered", by: body === answers[0] ? "responder" : "edge" };
  const [, thumbprint] = /^([A-Za-z0-9_-]{43})$/.exec(body.slice(token.length + 1)) ?? [];
  if (result.kind === "wrong-answer" && thumbprint !== undefined && body.startsWith(`${token}.`))
    return { kind: "other-account", thumbprint };
  const { kind, url, detail } = result;
  return { kind, url, detail };
}

async function seeTls(
  { name, address, signal }: WayRequest,
  verifies: Verifies,
  { ports, allowed, pace }: PathOptions,
): Promise<TlsSeen> {
  const parsed = parseAddress(address);
  if (parsed === null || !mayReach(parsed, allowed)) return { kind: "unasked" };
  const look = { address, port: ports.https, name, verifies, signal };
  return (await pace.run(address, () => seeCertificate(look))) ?? { kind: "unasked" };
}
