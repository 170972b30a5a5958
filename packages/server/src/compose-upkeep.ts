/** What is counted, told, let go of and cleaned up from time to time. */
import { days, seconds, usualLife } from "@certmill/domain";
import { baseOf, type WatchParts } from "./compose-watch-parts.ts";
import { observeRecords } from "./observe/record-events.ts";
import { watchAudit } from "./work/audit-watch.ts";
import { cleanRecords } from "./work/clean-records.ts";
import { watchDomainActions } from "./work/domain-action-watch.ts";
import { watchExpiry } from "./work/expiry-watch.ts";
import { fillAllFingerprints } from "./work/fill-fingerprints.ts";
import { watchKeyEnds } from "./work/key-end-watch.ts";
import type { Rounds } from "./work/rounds.ts";
import { watchServed } from "./work/served-watch.ts";
import { watchFleet, watchTally } from "./work/tally-watch.ts";
import { watchTraces } from "./work/trace-watch.ts";
import { watchTables } from "./work/vacuum-watch.ts";
import { watchWeeks } from "./work/weekly-watch.ts";

interface Upkeep {
  /** Something may be due. */
  wake(): void;
  stop(): Promise<void>;
}

/** Starts all of it. */
export function startUpkeep(parts: WatchParts): Upkeep {
  const woken = [startCleaning(parts), startActions(parts)];
  const steady = [
    startFilling(parts),
    startExpiryWatch(parts),
    startKeyEndWatch(parts),
    startWeeklyWatch(parts),
    startTraceWatch(parts),
    watchServed(baseOf(parts, "served.error", "looking for what edges serve met an error; it is done again")),
    ...startCounting(parts),
    startAuditWatch(parts),
    startTableWatch(parts),
  ].filter((watch) => watch !== null);
  return {
    wake: () => {
      for (const rounds of woken) rounds.wake();
    },
    stop: async () => {
      await Promise.all([...woken, ...steady].map((watch) => watch.stop()));
    },
  };
}

const startCleaning = (parts: WatchParts): Rounds =>
  cleanRecords({
    ...baseOf(parts, "dns.error", "cleaning up in the DNS met an error; it is done again"),
    records: parts.records,
    pollEvery: parts.config.pollEvery ?? seconds(1),
    onCleaned: observeRecords(parts.log),
  });

const startActions = (parts: WatchParts): Rounds =>
  watchDomainActions({
    ...baseOf(parts, "domain-action.error", "an action met an error; it goes on later"),
    pollEvery: parts.config.pollEvery ?? seconds(5),
  });

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

const startExpiryWatch = (parts: WatchParts): Rounds =>
  watchExpiry({
    ...baseOf(
      parts,
      "expiry.error",
      "looking for certificates near their end met an error; it is done again in an hour",
    ),
    onTold: (certificates) => {
      parts.metrics.expiring.inc(certificates);
      parts.log.warn(
        { event: "certificate.expiring", certificates },
        "certificates near their end and have no successor",
      );
    },
  });

const startKeyEndWatch = (parts: WatchParts): Rounds =>
  watchKeyEnds({
    ...baseOf(
      parts,
      "key-end.error",
      "destroying private keys met an error; it is tried again in ten minutes",
    ),
    kept: (parts.config.life ?? usualLife).keysKept,
    onDestroyed: (keys) => parts.log.info({ event: "key.destroyed", keys }, "private keys were destroyed"),
  });

function startWeeklyWatch(parts: WatchParts): Rounds | null {
  const { weeklyReport = null } = parts.config;
  if (weeklyReport === null) return null;
  return watchWeeks({
    ...baseOf(parts, "weekly.error", "the weekly report met an error; it is made again in five minutes"),
    weekHour: weeklyReport,
    onTold: () => parts.log.info({ event: "report.weekly" }, "the weekly report is made"),
  });
}

function startTraceWatch(parts: WatchParts): Rounds | null {
  const { tracing } = parts;
  if (!tracing.isOn) return null;
  return watchTraces({
    ...baseOf(parts, "trace.error", "telling traces of ended issuances met an error; it is done again"),
    onEnded: (issuance) => tracing.ended(issuance),
  });
}

const startCounting = (parts: WatchParts): readonly Rounds[] => [
  watchTally({
    ...baseOf(parts, "tally.error", "counting what happens met an error; it is counted later"),
    pollEvery: parts.config.pollEvery ?? seconds(1),
  }),
  watchFleet({
    ...baseOf(parts, "survey.error", "counting the fleet met an error; it is counted later"),
    every: parts.config.pollEvery ?? seconds(5),
  }),
];

const startAuditWatch = (parts: WatchParts): Rounds =>
  watchAudit({
    ...baseOf(parts, "audit.error", "cutting the audit log met an error; it is cut later"),
    kept: parts.config.auditKept ?? days(400),
  });

/** PostgreSQL does it by itself. */
const startTableWatch = (parts: WatchParts): Rounds | null =>
  parts.database.kind === "embedded"
    ? watchTables(
        baseOf(
          parts,
          "vacuum.error",
          "cleaning the database's tables met an error; it is done again in ten minutes",
        ),
      )
    : null;
