/** The worker of a process, and all it stands on. */
import { minutes, seconds, usualLife } from "@certmill/domain";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { NameChecks } from "./compose-checks.ts";
import type { Config } from "./config/read-config.ts";
import type { Records } from "./dns/records.ts";
import { CaConnections, type OpenTransport } from "./effects/ca-connections.ts";
import { readOffer } from "./effects/directory-offer.ts";
import { performAt } from "./effects/perform.ts";
import { askForRenewal } from "./effects/renewal-info.ts";
import { revokeCertificate } from "./effects/revoke-certificate.ts";
import { readStatusPage, statusPages } from "./effects/status-page.ts";
import { importKey, type MakeKey } from "./keys/certificate-key.ts";
import { chooseKey } from "./keys/choose-key.ts";
import { open } from "./keys/envelope.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import { observeBudget } from "./observe/budget-events.ts";
import { observeChecks } from "./observe/check-events.ts";
import { observeIssuance } from "./observe/issuance-events.ts";
import type { Metrics } from "./observe/metrics.ts";
import { observeRecords } from "./observe/record-events.ts";
import { observeRenewals } from "./observe/renewal-events.ts";
import { observeRevocations } from "./observe/revocation-events.ts";
import { beginLooks } from "./store/begin-looks.ts";
import { forgetLeases } from "./store/claim-issuances.ts";
import type { Database } from "./store/database.ts";
import { forgetChecks } from "./store/planning/send-to-checks.ts";
import { type CheckNames, CheckWatch } from "./work/check-watch.ts";
import { RecordCleaner } from "./work/clean-records.ts";
import { type ExpiryWatch, watchExpiry } from "./work/expiry-watch.ts";
import { fillAllFingerprints } from "./work/fill-fingerprints.ts";
import { QuickLook } from "./work/quick-look.ts";
import { watchRejoining } from "./work/rejoin-watch.ts";
import { RenewalWatch } from "./work/renewal-watch.ts";
import { RevocationWatch } from "./work/revocation-watch.ts";
import { runIssuance } from "./work/run-issuance.ts";
import { type StatusWatch, watchStatus } from "./work/status-watch.ts";
import { type WeeklyWatch, watchWeeks } from "./work/weekly-watch.ts";
import { Worker } from "./work/worker.ts";

export interface IssuingParts {
  readonly config: Pick<
    Config,
    | "workerConcurrency"
    | "lease"
    | "drain"
    | "pollEvery"
    | "statusPages"
    | "renewalInfo"
    | "life"
    | "weeklyReport"
  >;
  readonly database: Database;
  readonly clock: Clock;
  readonly keyRing: () => KeyRing;
  readonly openTransport: OpenTransport;
  readonly makeKey: MakeKey;
  /** Null: names are ordered unchecked. */
  readonly checks: NameChecks | null;
  readonly records: Records;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export interface Issuing {
  readonly worker: Worker;
  stop(): Promise<void>;
}

/** Starts it: it claims at once. */
export async function startIssuing(parts: IssuingParts): Promise<Issuing> {
  const { config, database, clock, keyRing, openTransport, makeKey, checks, records, metrics, log } = parts;
  const { db } = database;
  const connections = new CaConnections({
    db,
    keyRing,
    clock,
    openTransport,
    onRequest: (ca, { resource, status, milliseconds }) => {
      const statusClass = status === null ? "none" : `${Math.floor(status / 100)}xx`;
      metrics.caRequests.observe({ ca, resource, status: statusClass }, milliseconds / 1_000);
    },
  });
  const life = config.life ?? usualLife;
  const observe = observeIssuance(metrics, log);
  const renewalWatch = config.renewalInfo ? startRenewalWatch(parts, connections) : null;
  const onEvents: typeof observe = (issuance, events) => {
    observe(issuance, events);
    if (events.some(({ kind }) => kind === "certificate.stored")) renewalWatch?.stored(issuance.caId);
  };
  const worker = new Worker({
    db,
    clock,
    concurrency: config.workerConcurrency,
    lease: config.lease,
    checkFirst: checks !== null,
    pollEvery: config.pollEvery ?? seconds(1),
    run: async (issuance, signal) => {
      const ring = keyRing();
      const performer = performAt(await connections.to(issuance.caId), {
        keyRing: ring,
        chooseKey: () => chooseKey(issuance, { db, keyRing: ring, makeKey, now: clock.now() }),
        records,
      });
      const { lease } = config;
      return await runIssuance(issuance, {
        db,
        clock,
        performer,
        lease,
        life,
        areChecked: checks !== null,
        signal,
        onEvents,
      });
    },
    onNews: observeBudget(metrics, log),
    onError: (error, issuance) => {
      metrics.workerErrors.inc();
      const fields = { event: "worker.error", err: error, issuance: issuance?.id, name: issuance?.names[0] };
      log.error(fields, "the worker met an error; what it held is taken up again after its lease");
    },
  });
  metrics.watchWorker(() => worker.busy);
  if (database.kind === "embedded") await forgetLeases(db, clock.now());
  const checking = checks === null ? null : startChecking(parts, checks);
  if (checking === null) await forgetChecks(db, clock.now());
  const cleaner = startRecordCleaner(parts);
  const revocationWatch = startRevocationWatch(parts, connections);
  const filling = new AbortController();
  const filled = fillAllFingerprints(db, filling.signal).catch((error: unknown) =>
    log.error(
      { event: "fingerprints.error", err: error },
      "keys' fingerprints are read again at the next start",
    ),
  );
  await database.listen("certmill_work", () => {
    worker.wake();
    revocationWatch.wake();
    cleaner.wake();
    checking?.wake();
  });
  worker.start();
  const statusWatch = config.statusPages ? startStatusWatch(parts) : null;
  const expiryWatch = startExpiryWatch(parts);
  const weeklyWatch = startWeeklyWatch(parts);
  const rejoinWatch = checks === null ? watchRejoining({ db, clock }) : null;
  return {
    worker,
    stop: async () => {
      await rejoinWatch?.stop();
      await weeklyWatch?.stop();
      await expiryWatch.stop();
      await statusWatch?.stop();
      filling.abort();
      await filled;
      await revocationWatch.stop();
      await renewalWatch?.stop();
      await checking?.stop();
      await cleaner.stop();
      await worker.stop(config.drain);
      await connections[Symbol.asyncDispose]();
    },
  };
}

function startRecordCleaner({ config, database, clock, records, metrics, log }: IssuingParts): RecordCleaner {
  return new RecordCleaner({
    db: database.db,
    clock,
    records,
    pollEvery: config.pollEvery ?? seconds(1),
    onCleaned: observeRecords(log),
    onError: (error) => {
      metrics.workerErrors.inc();
      log.error({ event: "dns.error", err: error }, "cleaning up in the DNS met an error; it is done again");
    },
  });
}

/** More at once than issuances: a check mostly waits for others. */
const checkConcurrency = 64;
/** Well over what a check takes at most. */
const checkLease = minutes(3);

interface Checking {
  wake(): void;
  stop(): Promise<void>;
}

function startChecking(parts: IssuingParts, { check, leadsHere }: NameChecks): Checking {
  const { database, clock, metrics, log } = parts;
  const { db } = database;
  const watch = startCheckWatch(parts, check);
  const onError = (error: unknown): void => {
    metrics.workerErrors.inc();
    log.error({ event: "check.error", err: error }, "a look at names met an error; it is made again");
  };
  const quickLook = new QuickLook({ db, clock, leadsHere, onError });
  const begun = beginLooks(db, clock.now()).then(() => watch.wake(), onError);
  return {
    wake: () => {
      watch.wake();
      quickLook.wake();
    },
    stop: async () => {
      await begun;
      await quickLook.stop();
      await watch.stop();
    },
  };
}

function startCheckWatch(
  { config, database, clock, metrics, log }: IssuingParts,
  check: CheckNames,
): CheckWatch {
  return new CheckWatch({
    db: database.db,
    clock,
    check,
    life: config.life ?? usualLife,
    concurrency: checkConcurrency,
    lease: checkLease,
    pollEvery: config.pollEvery ?? seconds(1),
    onChecked: observeChecks(metrics, log),
    onError: (error) => {
      metrics.workerErrors.inc();
      log.error(
        { event: "check.error", err: error },
        "a check met an error; it is made again after its lease",
      );
    },
  });
}

function startRenewalWatch(
  { database, clock, metrics, log }: IssuingParts,
  connections: CaConnections,
): RenewalWatch {
  const tell = observeRenewals(metrics, log);
  const names = new Map<string, string>();
  const connect = async (caId: string) => {
    const connection = await connections.to(caId);
    names.set(caId, connection.caName);
    return connection.client;
  };
  return new RenewalWatch({
    db: database.db,
    clock,
    readOffer: async (caId, signal) => readOffer(await connect(caId), signal),
    ask: async (caId, question, signal) => askForRenewal(await connect(caId), question, signal),
    onNews: ({ caId, ...news }) => tell({ ca: names.get(caId) ?? caId, ...news }),
    onError: (error) => {
      metrics.workerErrors.inc();
      log.error(
        { event: "renewal.error", err: error },
        "asking for renewal information met an error; it is asked again",
      );
    },
  });
}

function startRevocationWatch(
  { config, database, clock, keyRing, metrics, log }: IssuingParts,
  connections: CaConnections,
): RevocationWatch {
  return new RevocationWatch({
    db: database.db,
    clock,
    pollEvery: config.pollEvery ?? minutes(5),
    revoke: async ({ caId, chainPem, reason, key }, signal) => {
      const { client } = await connections.to(caId);
      const certificateKey =
        reason === "keyCompromise" && key !== null ? importKey(open(keyRing(), key)) : null;
      return revokeCertificate(client, { chainPem, reason, certificateKey }, signal);
    },
    onEnded: observeRevocations(metrics, log),
    onError: (error) => {
      metrics.workerErrors.inc();
      log.error({ event: "revocation.error", err: error }, "revoking met an error; it is tried again");
    },
  });
}

function startExpiryWatch({ database, clock, metrics, log }: IssuingParts): ExpiryWatch {
  return watchExpiry({
    db: database.db,
    clock,
    onTold: (certificates) => {
      metrics.expiring.inc(certificates);
      log.warn(
        { event: "certificate.expiring", certificates },
        "certificates near their end and have no successor",
      );
    },
    onError: (error) => {
      metrics.workerErrors.inc();
      log.error(
        { event: "expiry.error", err: error },
        "looking for certificates near their end met an error; it is done again in an hour",
      );
    },
  });
}

function startWeeklyWatch({ config, database, clock, metrics, log }: IssuingParts): WeeklyWatch | null {
  const { weeklyReport = null } = config;
  if (weeklyReport === null) return null;
  return watchWeeks({
    db: database.db,
    clock,
    weekHour: weeklyReport,
    onTold: () => log.info({ event: "report.weekly" }, "the weekly report is made"),
    onError: (error) => {
      metrics.workerErrors.inc();
      log.error(
        { event: "weekly.error", err: error },
        "the weekly report met an error; it is made again in five minutes",
      );
    },
  });
}

function startStatusWatch({ database, clock, openTransport, log }: IssuingParts): StatusWatch {
  return watchStatus({
    db: database.db,
    clock,
    hosts: [...statusPages.keys()],
    read: async (directoryHost, signal) => {
      const url = statusPages.get(directoryHost);
      return url === undefined ? "fine" : readStatusPage(openTransport, { url, directoryHost }, signal);
    },
    onChange: ({ caName }, status) =>
      log.warn({ event: "ca.status", ca: caName, status }, "what a CA's status page says of it has changed"),
  });
}
