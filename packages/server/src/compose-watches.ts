/** What goes on beside the worker of a process: whatever is watched, looked for, told and cleaned up from time to time. */
import { days, minutes, seconds, usualLife } from "@certmill/domain";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { NameChecks } from "./compose-checks.ts";
import type { Config } from "./config/read-config.ts";
import type { Records } from "./dns/records.ts";
import type { CaConnections, OpenTransport } from "./effects/ca-connections.ts";
import { readOffer } from "./effects/directory-offer.ts";
import { askForRenewal } from "./effects/renewal-info.ts";
import { revokeCertificate } from "./effects/revoke-certificate.ts";
import { readStatusPage, statusPages } from "./effects/status-page.ts";
import { importKey } from "./keys/certificate-key.ts";
import { open } from "./keys/envelope.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import { observeChecks } from "./observe/check-events.ts";
import { observeErrors } from "./observe/loop-errors.ts";
import type { Metrics } from "./observe/metrics.ts";
import { observeRecords } from "./observe/record-events.ts";
import { observeRenewals } from "./observe/renewal-events.ts";
import { observeRevocations } from "./observe/revocation-events.ts";
import type { Tracing } from "./observe/tracing/tracing.ts";
import { beginLooks } from "./store/begin-looks.ts";
import type { Database } from "./store/database.ts";
import { forgetChecks } from "./store/planning/send-to-checks.ts";
import { watchAudit } from "./work/audit-watch.ts";
import { type CheckNames, CheckWatch } from "./work/check-watch.ts";
import { cleanRecords } from "./work/clean-records.ts";
import { watchDomainActions } from "./work/domain-action-watch.ts";
import { watchExpiry } from "./work/expiry-watch.ts";
import { fillAllFingerprints } from "./work/fill-fingerprints.ts";
import { watchKeyEnds } from "./work/key-end-watch.ts";
import { quickLook } from "./work/quick-look.ts";
import { watchRejoining } from "./work/rejoin-watch.ts";
import { RenewalWatch } from "./work/renewal-watch.ts";
import { watchRevocations } from "./work/revocation-watch.ts";
import type { Rounds } from "./work/rounds.ts";
import { watchServed } from "./work/served-watch.ts";
import { watchStatus } from "./work/status-watch.ts";
import { watchFleet, watchTally } from "./work/tally-watch.ts";
import { watchTraces } from "./work/trace-watch.ts";
import { watchWeeks } from "./work/weekly-watch.ts";

export interface WatchParts {
  readonly config: Pick<
    Config,
    "pollEvery" | "statusPages" | "renewalInfo" | "life" | "weeklyReport" | "auditKept"
  >;
  readonly database: Database;
  readonly clock: Clock;
  readonly keyRing: () => KeyRing;
  readonly openTransport: OpenTransport;
  /** Null: names are ordered unchecked. */
  readonly checks: NameChecks | null;
  readonly records: Records;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly log: Logger;
}

export interface Watches {
  /** Something may be due. */
  wake(): void;
  /** A certificate of this CA was stored. */
  stored(caId: string): void;
  stop(): Promise<void>;
}

/** Starts them all. */
export async function startWatches(parts: WatchParts, connections: CaConnections): Promise<Watches> {
  const { config, database, clock, checks } = parts;
  const { db } = database;
  const checking = checks === null ? null : startChecking(parts, checks);
  if (checking === null) await forgetChecks(db, clock.now());
  const cleaning = startCleaning(parts);
  const revoking = startRevoking(parts, connections);
  const actions = startActions(parts);
  const renewals = config.renewalInfo ? startRenewalWatch(parts, connections) : null;
  const all = [
    checking,
    cleaning,
    revoking,
    renewals,
    actions,
    startFilling(parts),
    startExpiryWatch(parts),
    startKeyEndWatch(parts),
    startWeeklyWatch(parts),
    startServedWatch(parts),
    startTally(parts),
    startSurvey(parts),
    parts.tracing.isOn ? startTraceWatch(parts) : null,
    startAuditWatch(parts),
    config.statusPages ? startStatusWatch(parts) : null,
    checks === null ? watchRejoining({ db, clock }) : null,
  ].filter((watch) => watch !== null);
  return {
    wake: () => {
      revoking.wake();
      cleaning.wake();
      actions.wake();
      checking?.wake();
    },
    stored: (caId) => renewals?.stored(caId),
    stop: async () => {
      await Promise.all(all.map((watch) => watch.stop()));
    },
  };
}

/** Fingerprints of the keys of certificates that were stored before there were any. */
function startFilling({ database, log }: WatchParts): { stop(): Promise<void> } {
  const filling = new AbortController();
  const filled = fillAllFingerprints(database.db, filling.signal).catch((error: unknown) =>
    log.error(
      { event: "fingerprints.error", err: error },
      "keys' fingerprints are read again at the next start",
    ),
  );
  return {
    stop: async () => {
      filling.abort();
      await filled;
    },
  };
}

function startCleaning(parts: WatchParts): Rounds {
  const { config, database, clock, records, log } = parts;
  return cleanRecords({
    db: database.db,
    clock,
    records,
    pollEvery: config.pollEvery ?? seconds(1),
    onCleaned: observeRecords(log),
    onError: observeErrors(parts, "dns.error", "cleaning up in the DNS met an error; it is done again"),
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

function startChecking(parts: WatchParts, { check, leadsHere }: NameChecks): Checking {
  const { database, clock } = parts;
  const { db } = database;
  const watch = startCheckWatch(parts, check);
  const onError = observeErrors(parts, "check.error", "a look at names met an error; it is made again");
  const look = quickLook({ db, clock, leadsHere, onError });
  const begun = beginLooks(db, clock.now()).then(() => watch.wake(), onError);
  return {
    wake: () => {
      watch.wake();
      look.wake();
    },
    stop: async () => {
      await begun;
      await look.stop();
      await watch.stop();
    },
  };
}

function startCheckWatch(parts: WatchParts, check: CheckNames): CheckWatch {
  const { config, database, clock, metrics, log } = parts;
  return new CheckWatch({
    db: database.db,
    clock,
    check,
    life: config.life ?? usualLife,
    concurrency: checkConcurrency,
    lease: checkLease,
    pollEvery: config.pollEvery ?? seconds(1),
    onChecked: observeChecks(metrics, log),
    onError: observeErrors(parts, "check.error", "a check met an error; it is made again after its lease"),
  });
}

function startRenewalWatch(parts: WatchParts, connections: CaConnections): RenewalWatch {
  const { database, clock, metrics, log } = parts;
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
    ask: async (caId, question, signal) => {
      const answer = await askForRenewal(await connect(caId), question, signal);
      metrics.renewalPolls.inc({ ca: names.get(caId) ?? caId, result: answer.kind });
      return answer;
    },
    onNews: ({ caId, ...news }) => tell({ ca: names.get(caId) ?? caId, ...news }),
    onError: observeErrors(
      parts,
      "renewal.error",
      "asking for renewal information met an error; it is asked again",
    ),
  });
}

function startRevoking(parts: WatchParts, connections: CaConnections): Rounds {
  const { config, database, clock, keyRing, metrics, log } = parts;
  return watchRevocations({
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
    onError: observeErrors(parts, "revocation.error", "revoking met an error; it is tried again"),
  });
}

function startExpiryWatch(parts: WatchParts): Rounds {
  const { database, clock, metrics, log } = parts;
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
    onError: observeErrors(
      parts,
      "expiry.error",
      "looking for certificates near their end met an error; it is done again in an hour",
    ),
  });
}

function startKeyEndWatch(parts: WatchParts): Rounds {
  const { config, database, clock, log } = parts;
  return watchKeyEnds({
    db: database.db,
    clock,
    kept: (config.life ?? usualLife).keysKept,
    onDestroyed: (keys) => log.info({ event: "key.destroyed", keys }, "private keys were destroyed"),
    onError: observeErrors(
      parts,
      "key-end.error",
      "destroying private keys met an error; it is tried again in ten minutes",
    ),
  });
}

function startWeeklyWatch(parts: WatchParts): Rounds | null {
  const { config, database, clock, log } = parts;
  const { weeklyReport = null } = config;
  if (weeklyReport === null) return null;
  return watchWeeks({
    db: database.db,
    clock,
    weekHour: weeklyReport,
    onTold: () => log.info({ event: "report.weekly" }, "the weekly report is made"),
    onError: observeErrors(
      parts,
      "weekly.error",
      "the weekly report met an error; it is made again in five minutes",
    ),
  });
}

function startStatusWatch({ database, clock, openTransport, log }: WatchParts): Rounds {
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

const startServedWatch = (parts: WatchParts): Rounds =>
  watchServed({
    db: parts.database.db,
    clock: parts.clock,
    onError: observeErrors(
      parts,
      "served.error",
      "looking for what edges serve met an error; it is done again",
    ),
  });

const startTraceWatch = (parts: WatchParts): Rounds =>
  watchTraces({
    db: parts.database.db,
    clock: parts.clock,
    onEnded: (issuance) => parts.tracing.ended(issuance),
    onError: observeErrors(
      parts,
      "trace.error",
      "telling traces of ended issuances met an error; it is done again",
    ),
  });

const startTally = (parts: WatchParts): Rounds =>
  watchTally({
    db: parts.database.db,
    clock: parts.clock,
    pollEvery: parts.config.pollEvery ?? seconds(1),
    onError: observeErrors(parts, "tally.error", "counting what happens met an error; it is counted later"),
  });

const startSurvey = (parts: WatchParts): Rounds =>
  watchFleet({
    db: parts.database.db,
    clock: parts.clock,
    every: parts.config.pollEvery ?? seconds(5),
    onError: observeErrors(parts, "survey.error", "counting the fleet met an error; it is counted later"),
  });

const startAuditWatch = (parts: WatchParts): Rounds =>
  watchAudit({
    db: parts.database.db,
    clock: parts.clock,
    kept: parts.config.auditKept ?? days(400),
    onError: observeErrors(parts, "audit.error", "cutting the audit log met an error; it is cut later"),
  });

const startActions = (parts: WatchParts): Rounds =>
  watchDomainActions({
    db: parts.database.db,
    clock: parts.clock,
    pollEvery: parts.config.pollEvery ?? seconds(5),
    onError: observeErrors(parts, "domain-action.error", "an action met an error; it goes on later"),
  });
