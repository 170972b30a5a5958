import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { hours } from "@certmill/domain";
import { Accounts } from "./ca/accounts.ts";
import { Authorizations } from "./ca/authorizations.ts";
import { Certificates } from "./ca/certificates.ts";
import { directoryDocument } from "./ca/directory.ts";
import { blockedNames } from "./ca/identifiers.ts";
import type { OrderStatus } from "./ca/order.ts";
import { Orders } from "./ca/orders.ts";
import type { RenewalWindow } from "./ca/renewal-window.ts";
import { Replacements } from "./ca/replacements.ts";
import { type Resource, Urls } from "./ca/urls.ts";
import { loopbackNames, type NameTable } from "./dns/name-table.ts";
import { type Fault, Faults } from "./faults.ts";
import { Endpoints } from "./http/endpoints.ts";
import { acmeListener } from "./http/listener.ts";
import { Nonces } from "./http/nonces.ts";
import { type LoggedRequest, RequestLog } from "./http/request-log.ts";
import { retryAfterValue } from "./http/retry-after.ts";
import { serverIdentity } from "./http/server-identity.ts";
import { type SimCaOptions, type SimCaSettings, withDefaults } from "./options.ts";
import { type Alteration, Alterations } from "./quirks/alteration.ts";
import { seededRandom } from "./random.ts";
import { BoundedRunner } from "./validation/bounded-runner.ts";
import { networkValidation, trustingValidation } from "./validation/validator.ts";
import { Hierarchy } from "./x509/hierarchy.ts";

/** Requests by resource, and what came of them. */
export type SimCaCounts = Readonly<Record<Resource, number>> & {
  readonly accounts: number;
  readonly issued: number;
  /** Challenges that were posted again while they were being validated: a client's fault. */
  readonly repeatedChallenges: number;
  readonly ordersByStatus: Readonly<Record<OrderStatus, number>>;
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

  const { now } = settings;
  const hierarchy = new Hierarchy("Certmill Sim", now(), settings.alternateChains);
  const faults = new Faults(settings.faults, seededRandom(settings.seed));
  const random = seededRandom(settings.seed + 1);
  const runner = new BoundedRunner(settings.validationConcurrency);
  const log = new RequestLog(settings.requestsKept);
  const accounts = new Accounts(urls, settings.externalAccounts);
  const isBlocked = blockedNames(settings.blockedNames);
  const certificates = new Certificates(hierarchy);
  const authorizations = new Authorizations(
    {
      reuse: settings.authorizationReuse,
      pendingLife: settings.orderLife,
      validLife: settings.authorizationLife,
      leastLeft: hours(1),
      kinds: settings.moreChallenges ? "all" : "today",
      profiles: [null, ...Object.keys(settings.profiles ?? {})],
      isBlocked,
    },
    validation(settings, runner),
    random,
    now,
  );
  const orders = new Orders({
    policy: {
      reuse: settings.orderReuse,
      life: settings.orderLife,
      processing: settings.processing,
      certificateLife: settings.certificateLife,
      profiles: settings.profiles,
      isBlocked,
    },
    replacements: settings.renewalInfo ? new Replacements(certificates) : null,
    authorizations,
    certificates,
    random,
    now,
    issuanceFails: faults.issuanceFails,
  });
  const retryAfter = (): Record<string, string> => {
    const value = retryAfterValue(settings.retryAfter, now(), random);
    return value === null ? {} : { "Retry-After": value };
  };
  const endpoints = new Endpoints({
    urls,
    accounts,
    authorizations,
    orders,
    certificates,
    renewalInfo: settings.renewalInfo,
    preAuthorization: settings.preAuthorization,
    ordersPerPage: settings.ordersPerPage,
    retryAfter,
    now,
  });
  const directory = directoryDocument(urls, {
    externalAccountRequired: settings.externalAccounts?.required ?? false,
    renewalInfo: settings.renewalInfo,
    preAuthorization: settings.preAuthorization,
    profiles: settings.profiles,
    unknownMember: Math.floor(random() * 2 ** 32).toString(36),
  });
  const nonces = new Nonces();
  const alterations = new Alterations();
  server.on(
    "request",
    acmeListener({ urls, directory, accounts, endpoints, nonces, faults, alterations, log, now }),
  );

  const close = async (): Promise<void> => {
    await Promise.all([closeServer(server), runner.close()]);
  };
  return {
    directoryUrl: urls.directory(),
    rootPem: hierarchy.rootPem,
    alternateRootPems: hierarchy.alternateRootPems,
    httpsRootPem: identity?.rootPem ?? null,
    counts: () => ({
      ...log.counts,
      accounts: accounts.count,
      issued: certificates.count,
      repeatedChallenges: authorizations.repeatedChallenges,
      ordersByStatus: orders.countByStatus(),
    }),
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
    close,
    [Symbol.asyncDispose]: close,
  };
}

function validation(settings: SimCaSettings, runner: BoundedRunner) {
  const { httpPort, httpsPort, wrongNames, textsOf, now } = settings;
  const { perspectives, validationDeadline: deadline } = settings;
  const listed = loopbackNames({ httpPort, httpsPort, wrong: wrongNames });
  const names: NameTable = (name) => {
    const answer = listed(name);
    return answer.kind === "wrong" || settings.names === null ? answer : settings.names(name);
  };
  const real = networkValidation(runner, { names, textsOf, now, perspectives, deadline });
  return settings.alwaysValid ? trustingValidation(names, real) : real;
}

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
