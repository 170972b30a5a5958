/** From what is stored of a provider to the provider. */
import type { DnsAccess } from "@certmill/api";
import { acmeDns } from "./acme-dns.ts";
import { cloudflare } from "./cloudflare.ts";
import type { DnsProvider } from "./dns-provider.ts";
import { execHook } from "./exec-hook.ts";
import { powerDns } from "./powerdns.ts";
import { rfc2136 } from "./rfc2136/rfc2136.ts";
import { route53 } from "./route53.ts";

export interface ProviderMeans {
  /** Where the programs of hooks are; null: there are none. */
  readonly hookDirectory: string | null;
}

/** @throws ProviderFault for a kind that this host cannot do. */
export async function openProvider(
  access: DnsAccess,
  { hookDirectory }: ProviderMeans,
): Promise<DnsProvider> {
  switch (access.kind) {
    case "rfc2136":
      return rfc2136({
        server: hostAndPort(access.server),
        key:
          access.keyName === undefined || access.keySecret === undefined
            ? null
            : {
                name: access.keyName,
                algorithm: access.keyAlgorithm ?? "hmac-sha256",
                secret: Buffer.from(access.keySecret, "base64"),
              },
        now: () => Date.now(),
      });
    case "powerdns":
      return powerDns(access);
    case "acme-dns":
      return acmeDns(access);
    case "exec":
      return execHook({ program: access.program, directory: hookDirectory });
    case "cloudflare":
      return cloudflare(access);
    case "route53":
      return route53(access);
  }
}

const dnsPort = 53;

/** `ns1.example.com`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`. */
function hostAndPort(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined
    ? { host: text.replace(/^\[|\]$/g, ""), port: dnsPort }
    : { host, port: Number(port) };
}
