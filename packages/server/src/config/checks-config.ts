/** How names are checked before a first order, from the settings. */
import { type AddressRange, type Ingress, parseAddress, parseRange } from "@certmill/domain";
import type { RawSettings } from "./settings.ts";

/** A DNS server. */
export interface DnsServerAddress {
  readonly address: string;
  readonly port: number;
}

/** How names are looked up. */
export interface LookupConfig {
  /** Ranges that are not public and that may be reached all the same. */
  readonly allowed: readonly AddressRange[];
  readonly resolver: /** The servers of the root: what they lead to is asked. */
    | { readonly kind: "authoritative"; readonly roots: readonly DnsServerAddress[] }
    | { readonly kind: "forwarding"; readonly servers: readonly DnsServerAddress[] };
}

export interface ChecksConfig extends LookupConfig {
  readonly ingress: Ingress;
  /** As which this process looks for others, too; null: it does not. */
  readonly vantageName: string | null;
}

/** What is needed to put proofs into the DNS. */
export interface DnsConfig extends LookupConfig {
  /** Where the programs are that change records; null: none is run. */
  readonly hookDirectory: string | null;
}

export const dnsConfig = (settings: RawSettings): DnsConfig => ({
  ...lookupConfig(settings),
  hookDirectory: settings.dns_hook_directory ?? null,
});

/** @returns null when no name is checked. */
export function checksConfig(settings: RawSettings): ChecksConfig | null {
  const { ingress_addresses: ingress } = settings;
  if (ingress === undefined || settings.checks === "off") return null;
  return {
    ...lookupConfig(settings),
    ingress: { ours: ranges(ingress), proxies: ranges(settings.proxy_ranges) },
    vantageName: settings.vantage_name ?? null,
  };
}

function lookupConfig(settings: RawSettings): LookupConfig {
  const { dns_resolvers: resolvers } = settings;
  return {
    allowed: ranges(settings.check_allowed_ranges),
    resolver:
      resolvers === undefined
        ? { kind: "authoritative", roots: servers(settings.dns_root_servers) }
        : { kind: "forwarding", servers: servers(resolvers) },
  };
}

const rangeSettings = [
  "ingress_addresses",
  "proxy_ranges",
  "check_allowed_ranges",
  "webhook_allowed_ranges",
  "trusted_proxies",
] as const;
const serverSettings = ["dns_resolvers", "dns_root_servers"] as const;

/** The entries of those settings that are none, each with its setting. */
export function wrongEntries(settings: RawSettings): {
  readonly name: (typeof rangeSettings | typeof serverSettings)[number];
  readonly entry: string;
  readonly expected: string;
}[] {
  return [
    ...rangeSettings.flatMap((name) =>
      entries(settings[name])
        .filter((entry) => parseRange(entry) === null)
        .map((entry) => ({ name, entry, expected: "IP addresses or prefixes such as 192.0.2.0/24" })),
    ),
    ...serverSettings.flatMap((name) =>
      entries(settings[name])
        .filter((entry) => serverAt(entry) === null)
        .map((entry) => ({ name, entry, expected: "IP addresses, each with a :port or without" })),
    ),
  ];
}

const entries = (list: string | undefined): string[] =>
  (list ?? "").split(/[\s,]+/).filter((entry) => entry !== "");

/** What is no range is left out. */
export const ranges = (list: string | undefined): AddressRange[] =>
  entries(list)
    .map(parseRange)
    .filter((range) => range !== null);

const servers = (list: string): DnsServerAddress[] =>
  entries(list)
    .map(serverAt)
    .filter((server) => server !== null);

const dnsPort = 53;

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`. */
function serverAt(entry: string): DnsServerAddress | null {
  if (parseAddress(entry) !== null) return { address: entry, port: dnsPort };
  const [, bracketed, plain, port = ""] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(entry) ?? [];
  const address = bracketed ?? plain ?? "";
  return parseAddress(address) === null || Number(port) > 65_535 ? null : { address, port: Number(port) };
}
