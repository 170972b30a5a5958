/** The worker of a process, and all it stands on. */
import { seconds } from "@certmill/domain";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { Config } from "./config/read-config.ts";
import { CaConnections, type OpenTransport } from "./effects/ca-connections.ts";
import { performAt } from "./effects/perform.ts";
import { readStatusPage, statusPages } from "./effects/status-page.ts";
import type { MakeKey } from "./keys/certificate-key.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import { observeBudget } from "./observe/budget-events.ts";
import { observeIssuance } from "./observe/issuance-events.ts";
import type { Metrics } from "./observe/metrics.ts";
import { forgetLeases } from "./store/claim-issuances.ts";
import type { Database } from "./store/database.ts";
import { runIssuance } from "./work/run-issuance.ts";
import { type StatusWatch, watchStatus } from "./work/status-watch.ts";
import { Worker } from "./work/worker.ts";

export interface IssuingParts {
  readonly config: Pick<Config, "workerConcurrency" | "lease" | "drain" | "pollEvery" | "statusPages">;
  readonly database: Database;
  readonly clock: Clock;
  readonly keyRing: () => KeyRing;
  readonly openTransport: OpenTransport;
  readonly makeKey: MakeKey;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export interface Issuing {
  readonly worker: Worker;
  stop(): Promise<void>;
}

/** Starts it: it claims at once. */
export async function startIssuing(parts: IssuingParts): Promise<Issuing> {
  const { config, database, clock, keyRing, openTransport, makeKey, metrics, log } = parts;
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
  const onEvents = observeIssuance(metrics, log);
  const worker = new Worker({
    db,
    clock,
    concurrency: config.workerConcurrency,
    lease: config.lease,
    pollEvery: config.pollEvery ?? seconds(1),
    run: async (issuance, signal) => {
      const performer = performAt(await connections.to(issuance.caId), { keyRing: keyRing(), makeKey });
      return await runIssuance(issuance, { db, clock, performer, lease: config.lease, signal, onEvents });
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
  await database.listen("certmill_work", () => worker.wake());
  worker.start();
  const statusWatch = config.statusPages ? startStatusWatch(parts) : null;
  return {
    worker,
    stop: async () => {
      await statusWatch?.stop();
      await worker.stop(config.drain);
      await connections[Symbol.asyncDispose]();
    },
  };
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
