/** How names are looked up, by the settings. */
import { seconds } from "@certmill/domain";
import { AuthoritativeResolver } from "./checks/authoritative-resolver.ts";
import { dnsExchange } from "./checks/dns-exchange.ts";
import { forwardingResolver } from "./checks/forwarding-resolver.ts";
import type { Resolver } from "./checks/resolver.ts";
import type { Clock } from "./clock.ts";
import type { LookupConfig } from "./config/checks-config.ts";

const timeouts = { udp: seconds(2), tcp: seconds(4) };

/** @param port of the name servers below the root. */
export function composeResolver({ resolver, allowed }: LookupConfig, clock: Clock, port: number): Resolver {
  const exchange = dnsExchange(timeouts);
  if (resolver.kind === "forwarding") return forwardingResolver({ exchange, servers: resolver.servers });
  return new AuthoritativeResolver({
    exchange,
    roots: resolver.roots,
    port,
    allowed,
    now: () => clock.now(),
  });
}
