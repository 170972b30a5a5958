/** What checks names: the resolver, the probe, the judge. */
import { isWithin, milliseconds, parseAddress } from "@certmill/domain";
import type { Logger } from "pino";
import type { CheckTokens } from "./challenge/check-token.ts";
import { addressesLeadHere } from "./checks/addresses-lead-here.ts";
import { type LookAtName, lookAtCaa, lookAtNames } from "./checks/check-name.ts";
import { checkNames } from "./checks/check-names.ts";
import { lookFromAfar } from "./checks/look-from-afar.ts";
import { tokenMaker } from "./checks/make-token.ts";
import type { Resolver } from "./checks/resolver.ts";
import { type PaceTerms, TargetPace } from "./checks/target-pace.ts";
import type { Clock } from "./clock.ts";
import { composeResolver } from "./compose-resolver.ts";
import type { ChecksConfig } from "./config/checks-config.ts";
import type { Database } from "./store/database.ts";
import { readThumbprints } from "./store/read/cas.ts";
import type { CheckNames } from "./work/check-watch.ts";
import type { LeadsHere } from "./work/quick-look.ts";
import { VantagePoint } from "./work/vantage-point.ts";

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
  readonly database: Database;
  readonly clock: Clock;
  readonly tokens: CheckTokens;
  readonly ports: OutsidePorts;
  readonly log: Logger;
}

/** What is done with names, for those that watch them. */
export interface NameChecks {
  readonly check: CheckNames;
  readonly leadsHere: LeadsHere;
}

export interface Checking extends NameChecks, AsyncDisposable {}

/** To the platform itself. */
const toUs: PaceTerms = { mostAtOnce: 64, apart: milliseconds(0), mostWaiting: 1_000 };
/** To an address of somebody else. */
const toOthers: PaceTerms = { mostAtOnce: 2, apart: milliseconds(100), mostWaiting: 4 };

/** Starts looking for others, too, where this process is a vantage point. */
export async function composeChecks(parts: CheckingParts): Promise<Checking> {
  const { config, database, clock, ports } = parts;
  const resolver = composeResolver(config, clock, ports.dns);
  const look = composeLook(parts, resolver);
  // An embedded database is one process's own: nobody else looks.
  const others =
    database.kind === "embedded" ? null : await lookFromAfar({ database, clock, self: config.vantageName });
  const vantagePoint =
    config.vantageName === null ? null : await startVantagePoint(config.vantageName, look, parts);
  return {
    check: checkNames({ look, lookAtCaa: lookAtCaa(resolver), lookFromAfar: others }, config.ingress),
    leadsHere: addressesLeadHere(resolver, config.ingress),
    [Symbol.asyncDispose]: async () => vantagePoint?.stop(),
  };
}

async function startVantagePoint(
  name: string,
  look: LookAtName,
  { database, clock, log }: CheckingParts,
): Promise<VantagePoint> {
  const point = new VantagePoint({
    db: database.db,
    clock,
    name,
    look,
    onError: (error) =>
      log.error(
        { event: "vantage.error", err: error },
        "a look for another process met an error; it goes on without",
      ),
  });
  await database.listen("certmill_look", (payload) => {
    if (payload === name) point.wake();
  });
  return point;
}

function composeLook(
  { config, tokens, ports, database, clock }: CheckingParts,
  resolver: Resolver,
): LookAtName {
  const { ingress, allowed } = config;
  const pace = new TargetPace((text) => {
    const address = parseAddress(text);
    return address !== null && isWithin(address, [...ingress.ours, ...ingress.proxies]) ? toUs : toOthers;
  });
  return lookAtNames({
    resolver,
    makeToken: tokenMaker({
      make: () => tokens.make(),
      readThumbprints: () => readThumbprints(database.db),
      now: () => clock.now(),
    }),
    ports,
    allowed,
    pace,
  });
}
