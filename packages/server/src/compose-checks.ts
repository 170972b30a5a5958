/** What checks names: the resolver, the probe, the judge. */
import {
  type Ingress,
  isWithin,
  judgePath,
  milliseconds,
  type PathContext,
  type PathStep,
  parseAddress,
} from "@certmill/domain";
import type { Logger } from "pino";
import type { CheckTokens } from "./challenge/check-token.ts";
import {
  type CheckOptions,
  type LookAtName,
  lookAtNames,
  lookAtProof,
  lookUpNames,
} from "./checks/check-name.ts";
import { checkNames } from "./checks/check-names.ts";
import { type FollowPath, followPath } from "./checks/follow-path.ts";
import { lookFromAfar } from "./checks/look-from-afar.ts";
import { tokenMaker } from "./checks/make-token.ts";
import type { Resolver } from "./checks/resolver.ts";
import { seemsMended } from "./checks/seems-mended.ts";
import { type PaceTerms, TargetPace } from "./checks/target-pace.ts";
import type { Clock } from "./clock.ts";
import { composeResolver } from "./compose-resolver.ts";
import type { ChecksConfig } from "./config/checks-config.ts";
import { seeProof } from "./dns/see-proof.ts";
import type { Database } from "./store/database.ts";
import { readThumbprints } from "./store/read/cas.ts";
import type { CheckNames } from "./work/check-watch.ts";
import type { SeemsMended } from "./work/quick-look.ts";
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
  readonly seemsMended: SeemsMended;
}

/** Where the challenge of a name breaks, and who serves what for it. @param path what the server knows of the name. */
type JudgedPath = (
  path: { readonly name: string } & Omit<PathContext, "ingress" | "now">,
  signal: AbortSignal,
) => Promise<readonly PathStep[]>;

export interface Checking extends NameChecks, AsyncDisposable {
  readonly followPath: JudgedPath;
}

/** To the platform itself. */
const toUs: PaceTerms = { mostAtOnce: 64, apart: milliseconds(0), mostWaiting: 1_000 };
/** To an address of somebody else. */
const toOthers: PaceTerms = { mostAtOnce: 2, apart: milliseconds(100), mostWaiting: 4 };

/** Starts looking for others, too, where this process is a vantage point. */
export async function composeChecks(parts: CheckingParts): Promise<Checking> {
  const { config, database, clock, ports } = parts;
  const resolver = composeResolver(config, clock, ports.dns);
  const options = checkOptions(parts, resolver);
  const look = lookAtNames(options);
  const proofs = seeProof(database.db, resolver);
  // An embedded database is one process's own: nobody else looks.
  const others =
    database.kind === "embedded" ? null : await lookFromAfar({ database, clock, self: config.vantageName });
  const vantagePoint =
    config.vantageName === null ? null : await startVantagePoint(config.vantageName, look, parts);
  return {
    check: checkNames(
      {
        look,
        lookAtProof: lookAtProof(resolver, proofs),
        lookUp: lookUpNames(resolver),
        lookFromAfar: others,
      },
      config.ingress,
    ),
    seemsMended: seemsMended(resolver, config.ingress, proofs),
    followPath: judgedPath(followPath({ ...options, lookFromAfar: others }), config.ingress, clock),
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

function checkOptions(
  { config, tokens, ports, database, clock }: CheckingParts,
  resolver: Resolver,
): CheckOptions {
  const { ingress, allowed } = config;
  const pace = new TargetPace((text) => {
    const address = parseAddress(text);
    return address !== null && isWithin(address, [...ingress.ours, ...ingress.proxies]) ? toUs : toOthers;
  });
  return {
    resolver,
    makeToken: tokenMaker({
      make: () => tokens.make(),
      readThumbprints: () => readThumbprints(database.db),
      now: () => clock.now(),
    }),
    ports,
    allowed,
    pace,
  };
}

const judgedPath =
  (follow: FollowPath, ingress: Ingress, clock: Clock): JudgedPath =>
  async ({ name, ...known }, signal) => {
    const isPair = known.twin !== null && known.twin !== "lacking";
    return judgePath(await follow({ name, isPair }, signal), { ...known, ingress, now: clock.now() });
  };
