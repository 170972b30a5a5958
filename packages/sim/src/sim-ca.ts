import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duration } from "@certmill/domain";
import { type Authority, assembleAuthority } from "./assemble.ts";
import type { OrderStatus } from "./ca/order.ts";
import type { RenewalWindow } from "./ca/renewal-window.ts";
import { type Resource, Urls } from "./ca/urls.ts";
import type { Fault } from "./faults.ts";
import type { Outage } from "./http/outage.ts";
import type { LoggedRequest } from "./http/request-log.ts";
import { serverIdentity } from "./http/server-identity.ts";
import type { LimitTally } from "./limits/limit-tally.ts";
import type { LimitRules } from "./limits/rules.ts";
import { type SimCaOptions, withDefaults } from "./options.ts";
import type { Alteration } from "./quirks/alteration.ts";
import { seededRandom } from "./random.ts";

/** Requests by resource, and what came of them. */
export type SimCaCounts = Readonly<Record<Resource, number>> & {
  readonly accounts: number;
  readonly issued: number;
  /** Challenges that were posted again while they were being validated: a client's fault. */
  readonly repeatedChallenges: number;
  readonly ordersByStatus: Readonly<Record<OrderStatus, number>>;
  /** Requests that were refused for a limit, by the limit that was told. */
  readonly refusals: LimitTally;
  /** Requests that found the CA down. */
  readonly duringOutage: number;
  /** What of each limit was spent and not given back. */
  readonly spent: LimitTally;
  /** Orders that no limit was held against: each replaces a certificate in its renewal window, and limits say so. */
  readonly exemptOrders: number;
};

/** A running CA. Everything is in memory and gone when it is closed. */
export interface SimCa extends AsyncDisposable {
  readonly directoryUrl: string;
  /** Root of the certificates it issues. */
  readonly rootPem: string;
  /** Roots of their alternate chains, in the order of the links. */
  readonly alternateRootPems: readonly string[];
  /** Root of its own HTTPS certificate; `null`: it speaks HTTP. */
  readonly httpsRootPem: string | null;
  counts(): SimCaCounts;
  /** The last requests, the oldest first. */
  requests(): readonly LoggedRequest[];
  /** The next request for `resource` goes wrong in this way. */
  failNext(fault: Fault, resource: Resource): void;
  /** The reply of the next request for `resource` is sent in this way. A fault of the same request comes first. */
  alterNext(resource: Resource, alteration: Alteration): void;
  /**
   * Renewal information of this certificate says `window` from now on, as a CA does when it has to revoke.
   *
   * @param serialHex its serial number, as `X509Certificate.serialNumber` has it.
   * @throws RangeError for an unknown serial or a window that does not end after its start.
   */
  moveRenewalWindow(serialHex: string, window: RenewalWindow): void;
  /**
   * Revokes a share of all certificates that are good now, by chance, as a CA does that has issued them wrongly. Their
   * renewal windows have just gone by.
   *
   * @param incident `share` from 0 to 1; `explanationUrl` is a page that says why.
   * @returns their serial numbers in upper-case hex.
   */
  revokeMany(incident: { readonly share: number; readonly explanationUrl: string }): readonly string[];
  /** Takes the CA down, in this way, or up again. `true` is `unavailable`. Nothing is forgotten meanwhile. */
  setOutage(outage: Outage | boolean): void;
  /** Makes each answer take so much longer from now on, in real time; 0: no longer. */
  setDelay(delay: Duration): void;
  /** The limits that hold now. */
  readonly limits: LimitRules;
  /** Other limits from now on; what was used stays used. @throws RangeError */
  setLimits(rules: LimitRules): void;
  /** Whole new orders that an account could make now; `null`: there is no limit. @param account its URL. */
  ordersLeft(account: string): number | null;
  /** The names that are paused for an account now, the first that was is first. @param account its URL. */
  paused(account: string): readonly string[];
  /**
   * Ends the pauses of an account, as its owner does at the portal: at most 50,000.
   *
   * @param account its URL.
   * @param name only this one's.
   * @returns the names.
   */
  unpause(account: string, name?: string): readonly string[];
  /** Cuts all connections, ends all validations. */
  close(): Promise<void>;
}

/** Starts a CA on 127.0.0.1. @throws RangeError for options out of range, or what `listen` throws. */
export async function startSimCa(options: SimCaOptions = {}): Promise<SimCa> {
  const settings = withDefaults(options);
  const identity = settings.tls ? serverIdentity(settings.now()) : null;
  const server = identity === null ? createHttpServer() : createHttpsServer(identity.tlsOptions);
  const { port } = await listen(server, settings.port);
  const urls = new Urls(`${identity === null ? "http" : "https"}://127.0.0.1:${port}`);

  const authority = assembleAuthority(settings, urls);
  server.on("request", authority.listener);
  const { hierarchy, certificates, limits, log, faults, alterations, outages, runner } = authority;
  const incidents = seededRandom(settings.seed + 3);
  const close = async (): Promise<void> => {
    await Promise.all([closeServer(server), runner.close()]);
  };
  return {
    directoryUrl: urls.directory(),
    rootPem: hierarchy.rootPem,
    alternateRootPems: hierarchy.alternateRootPems,
    httpsRootPem: identity?.rootPem ?? null,
    counts: () => {
      authority.appointments.keep(settings.now());
      return countsOf(authority);
    },
    requests: () => log.entries(),
    failNext: (fault, resource) => {
      faults.plan(fault, resource);
    },
    alterNext: (resource, alteration) => {
      alterations.plan(resource, alteration);
    },
    moveRenewalWindow: (serialHex, window) => {
      certificates.moveRenewalWindow(serialHex, window);
    },
    revokeMany: ({ share, explanationUrl }) =>
      certificates.revokeMany({ share, explanationUrl, random: incidents }, settings.now()),
    setOutage: (outage) => {
      outages.outage = typeof outage === "string" ? outage : outage ? "unavailable" : null;
    },
    setDelay: (delay) => {
      outages.delay = delay;
    },
    get limits() {
      return limits.rules;
    },
    setLimits: (rules) => {
      limits.setRules(rules);
    },
    ordersLeft: (account) => limits.ordersLeft({ id: idOf(account), url: account }, settings.now()),
    paused: (account) => limits.pauses.of(idOf(account)),
    unpause: (account, name) => limits.unpause(idOf(account), settings.now(), name),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const countsOf = ({
  log,
  accounts,
  certificates,
  authorizations,
  orders,
  limits,
  outages,
}: Authority): SimCaCounts => ({
  ...log.counts,
  accounts: accounts.count,
  issued: certificates.count,
  repeatedChallenges: authorizations.repeatedChallenges,
  ordersByStatus: orders.countByStatus(),
  duringOutage: outages.met,
  refusals: limits.refusals.tally(),
  spent: limits.spent.tally(),
  exemptOrders: limits.exemptOrders,
});

const idOf = (accountUrl: string): string => accountUrl.slice(accountUrl.lastIndexOf("/") + 1);

async function listen(server: Server, port: number): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", resolve);
  await promise;
  server.off("error", reject);
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("a TCP server has an address and port");
  return address;
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => {
    resolve();
  });
  server.closeAllConnections();
  await promise;
}
