/** What checks names: the resolver, the probe, the judge. */
import { isWithin, milliseconds, parseAddress, seconds } from "@certmill/domain";
import type { CheckTokens } from "./challenge/check-token.ts";
import { AuthoritativeResolver } from "./checks/authoritative-resolver.ts";
import { lookAtNames } from "./checks/check-name.ts";
import { checkNames } from "./checks/check-names.ts";
import { dnsExchange } from "./checks/dns-exchange.ts";
import { forwardingResolver } from "./checks/forwarding-resolver.ts";
import type { Resolver } from "./checks/resolver.ts";
import { type PaceTerms, TargetPace } from "./checks/target-pace.ts";
import type { Clock } from "./clock.ts";
import type { ChecksConfig } from "./config/checks-config.ts";
import type { CheckNames } from "./work/check-watch.ts";

/** Where the outside world listens; a test may say otherwise. */
export interface OutsidePorts {
  readonly http: number;
  readonly https: number;
  /** Of the name servers below the root. */
  readonly dns: number;
}

export const standardPorts: OutsidePorts = { http: 80, https: 443, dns: 53 };

export interface CheckingParts {
  readonly config: ChecksConfig;
  readonly clock: Clock;
  readonly tokens: CheckTokens;
  readonly ports: OutsidePorts;
}

const timeouts = { udp: seconds(2), tcp: seconds(4) };
/** To the platform itself. */
const toUs: PaceTerms = { mostAtOnce: 64, apart: milliseconds(0), mostWaiting: 1_000 };
/** To an address of somebody else. */
const toOthers: PaceTerms = { mostAtOnce: 2, apart: milliseconds(100), mostWaiting: 4 };

export function composeChecks({ config, clock, tokens, ports }: CheckingParts): CheckNames {
  const { ingress, allowed } = config;
  const pace = new TargetPace((text) => {
    const address = parseAddress(text);
    return address !== null && isWithin(address, [...ingress.ours, ...ingress.proxies]) ? toUs : toOthers;
  });
  const look = lookAtNames({
    resolver: resolverOf(config, clock, ports.dns),
    makeToken: () => tokens.make(),
    ports,
    allowed,
    pace,
  });
  return checkNames(look, ingress);
}

function resolverOf({ resolver, allowed }: ChecksConfig, clock: Clock, port: number): Resolver {
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
