import type { RequestListener } from "node:http";
import { Accounts } from "./ca/accounts.ts";
import { Authorizations, type Validate } from "./ca/authorizations.ts";
import { Certificates } from "./ca/certificates.ts";
import { directoryDocument } from "./ca/directory.ts";
import { blockedNames } from "./ca/identifiers.ts";
import { Orders } from "./ca/orders.ts";
import { type Terms, termsByProfile } from "./ca/profiles.ts";
import { Replacements } from "./ca/replacements.ts";
import type { Urls } from "./ca/urls.ts";
import { loopbackNames, type NameTable } from "./dns/name-table.ts";
import { Faults } from "./faults.ts";
import { Endpoints } from "./http/endpoints.ts";
import { acmeListener } from "./http/listener.ts";
import { Nonces } from "./http/nonces.ts";
import { OutageSwitch } from "./http/outage.ts";
import { PORTAL_PATH } from "./http/portal.ts";
import { RequestLog } from "./http/request-log.ts";
import { retryAfterValue } from "./http/retry-after.ts";
import { Limits } from "./limits/limits.ts";
import { RequestLimits } from "./limits/request-limits.ts";
import type { SimCaSettings } from "./options.ts";
import { Alterations } from "./quirks/alteration.ts";
import { seededRandom } from "./random.ts";
import { Appointments } from "./validation/appointments.ts";
import { BoundedRunner } from "./validation/bounded-runner.ts";
import { modelledValidation, type NameModel } from "./validation/name-model.ts";
import { networkValidation, trustingValidation } from "./validation/validator.ts";
import { Hierarchy } from "./x509/hierarchy.ts";

/** A whole CA, but for the port that it listens on. */
export interface Authority {
  readonly hierarchy: Hierarchy;
  readonly accounts: Accounts;
  readonly certificates: Certificates;
  readonly authorizations: Authorizations;
  readonly orders: Orders;
  readonly limits: Limits;
  readonly faults: Faults;
  readonly alterations: Alterations;
  readonly outages: OutageSwitch;
  readonly log: RequestLog;
  /** Of what runs in the background. */
  readonly runner: BoundedRunner;
  /** What ends by the CA's clock. */
  readonly appointments: Appointments;
  readonly listener: RequestListener;
}

/** Puts the parts together. */
export function assembleAuthority(settings: SimCaSettings, urls: Urls): Authority {
  const { now } = settings;
  const hierarchy = new Hierarchy("Certmill Sim", now(), settings.alternateChains);
  const faults = new Faults(settings.faults, seededRandom(settings.seed));
  const random = seededRandom(settings.seed + 1);
  const runner = new BoundedRunner(settings.validationConcurrency);
  const appointments = new Appointments();
  const log = new RequestLog(settings.requestsKept);
  const accounts = new Accounts(urls, settings.externalAccounts);
  const isBlocked = blockedNames(settings.blockedNames);
  const certificates = new Certificates(hierarchy);
  const signatures = settings.trustSignatures ? "trust" : "verify";
  const termsOf = termsByProfile(settings.profiles, plainTerms(settings));
  const limits = new Limits(settings.limits, portalUrl(settings, urls), seededRandom(settings.seed + 2));
  const requestLimits = new RequestLimits(() => limits.rules, limits.refusals);
  const authorizations = new Authorizations({
    policy: {
      reuse: settings.authorizationReuse,
      termsOf,
      kinds: settings.moreChallenges ? "all" : "today",
      profiles: [null, ...Object.keys(settings.profiles ?? {})],
      isBlocked,
    },
    validate: validation(settings, runner, appointments),
    limits,
    random,
    now,
  });
  const orders = new Orders({
    policy: {
      reuse: settings.orderReuse,
      processing: settings.processing,
      signatures,
      termsOf,
      profiles: settings.profiles,
      isBlocked,
    },
    replacements: settings.renewalInfo ? new Replacements(certificates) : null,
    limits,
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
    limits,
    requestLimits,
    renewalInfo: settings.renewalInfo,
    renewalInfoEvery: settings.renewalInfoEvery,
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
  const outages = new OutageSwitch();
  const listener = acmeListener({
    urls,
    directory,
    accounts,
    endpoints,
    nonces,
    signatures,
    limits,
    requestLimits,
    faults,
    alterations,
    outages,
    log,
    appointments,
    now,
  });
  const records = { accounts, certificates, authorizations, orders };
  return { hierarchy, ...records, limits, faults, alterations, outages, log, runner, appointments, listener };
}

/** Of orders without a profile. */
function plainTerms(settings: SimCaSettings): Terms {
  const { certificateLife, mostNames, identifierTypes, orderLife, authorizationLife } = settings;
  const pendingAuthorizationLife = orderLife;
  return {
    certificateLife,
    mostNames,
    identifierTypes,
    orderLife,
    pendingAuthorizationLife,
    authorizationLife,
  };
}

function portalUrl({ portalUrl: given, tls }: SimCaSettings, urls: Urls): string {
  return given ?? `${tls ? urls.origin : "https://portal.certmill.test"}${PORTAL_PATH}`;
}

function validation(settings: SimCaSettings, runner: BoundedRunner, appointments: Appointments): Validate {
  const { httpPort, httpsPort, wrongNames, textsOf, now } = settings;
  const { perspectives, validationDeadline: deadline } = settings;
  const listed = loopbackNames({ httpPort, httpsPort, wrong: wrongNames });
  const names: NameTable = (name) => {
    const answer = listed(name);
    return answer.kind === "wrong" || settings.names === null ? answer : settings.names(name);
  };
  const real = networkValidation(runner, { names, textsOf, now, perspectives, deadline });
  if (settings.model !== null) return modelledValidation(modelOf(settings.model, listed), appointments, now);
  return settings.alwaysValid ? trustingValidation(names, real, now) : real;
}

/** Names that are listed as wrong are, whatever the model says. */
function modelOf(model: NameModel, listed: NameTable): NameModel {
  return (name, now) => {
    const answer = listed(name);
    return answer.kind === "wrong" ? { kind: "wrong", how: answer.as } : model(name, now);
  };
}
