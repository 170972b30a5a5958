/** The worker of a process, and all it stands on. */
import { seconds, usualLife } from "@certmill/domain";
import type { WatchParts } from "./compose-watch-parts.ts";
import { startWatches } from "./compose-watches.ts";
import type { Config } from "./config/read-config.ts";
import { CaConnections } from "./effects/ca-connections.ts";
import { performAt } from "./effects/perform.ts";
import type { MakeKey } from "./keys/certificate-key.ts";
import { chooseKey, type KeyWish } from "./keys/choose-key.ts";
import { observeBudget } from "./observe/budget-events.ts";
import { observeIssuance } from "./observe/issuance-events.ts";
import { observeOwnFaults, observeWorkerErrors } from "./observe/loop-errors.ts";
import { watchWorker } from "./observe/process-gauges.ts";
import { forgetLeases } from "./store/claim-issuances.ts";
import { type IssuanceTools, runIssuance } from "./work/run-issuance.ts";
import { tellEndedTraces } from "./work/trace-watch.ts";
import { Worker, type WorkerOptions } from "./work/worker.ts";

export interface IssuingParts extends WatchParts {
  readonly config: WatchParts["config"] & Pick<Config, "workerConcurrency" | "lease" | "drain">;
  readonly makeKey: MakeKey;
  /** Told of each challenge that is stored, before the CA is. */
  readonly onPublished: IssuanceTools["onPublished"];
}

export interface Issuing {
  readonly worker: Worker;
  stop(): Promise<void>;
}

/** Starts it: it claims at once. */
export async function startIssuing(parts: IssuingParts): Promise<Issuing> {
  const { config, database, clock, metrics, tracing, log } = parts;
  const { vault = null } = config;
  const { db } = database;
  const connections = openConnections(parts);
  const observe = observeIssuance(metrics, log);
  if (database.kind === "embedded") await forgetLeases(db, clock.now());
  const watches = await startWatches(parts, connections);
  const onEvents: typeof observe = (issuance, events) => {
    observe(issuance, events);
    if (events.some(({ kind }) => kind === "certificate.stored")) watches.stored(issuance.caId);
  };
  const worker = new Worker({
    db,
    clock,
    concurrency: config.workerConcurrency,
    lease: config.lease,
    lookFirst: vault !== null,
    checkFirst: parts.checks !== null,
    pollEvery: config.pollEvery ?? seconds(1),
    run: runWith(parts, connections, { onEvents, onOwnFault: observeOwnFaults(parts) }),
    beginTrace: (asked) => tracing.beginTrace(asked),
    onNews: observeBudget(metrics, log),
    onError: observeWorkerErrors(parts),
  });
  watchWorker(metrics.registry, { busy: () => worker.busy, lastRoundAt: () => worker.lastRoundAt });
  await database.listen("certmill_work", (forWhom) => {
    if (forWhom !== "checks") worker.wake();
    if (forWhom === "checks") watches.wakeChecks();
    else if (forWhom !== "line") watches.wake();
  });
  worker.start();
  return {
    worker,
    stop: async () => {
      await watches.stop();
      await worker.stop(config.drain);
      // What has just ended is told before the last spans are sent; what is not, another process tells.
      if (tracing.isOn) await tellEndedTraces(db, (ended) => tracing.ended(ended)).catch(() => {});
      await connections[Symbol.asyncDispose]();
    },
  };
}

const openConnections = ({ database, keyRing, clock, openTransport, metrics, tracing }: IssuingParts) =>
  new CaConnections({
    db: database.db,
    keyRing,
    clock,
    openTransport,
    onRequest: (ca, request) => {
      const { resource, status, milliseconds } = request;
      const statusClass = status === null ? "none" : `${Math.floor(status / 100)}xx`;
      metrics.caRequests.observe({ ca: ca.name, resource, status: statusClass }, milliseconds / 1_000);
      tracing.requested(ca, request);
    },
  });

/** Takes one claimed issuance as far as it goes, at its CA. */
function runWith(
  { config, database: { db }, clock, keyRing, makeKey, checks, records, onPublished, tracing }: IssuingParts,
  connections: CaConnections,
  observers: Pick<IssuanceTools, "onEvents" | "onOwnFault">,
): WorkerOptions["run"] {
  const { lease, life = usualLife } = config;
  return async (issuance, signal) => {
    const ring = keyRing();
    const chooseKeyFor = (wish: KeyWish) =>
      chooseKey(issuance, wish, { db, keyRing: ring, makeKey, now: clock.now() });
    const tools: IssuanceTools = {
      db,
      clock,
      connect: async () =>
        performAt(await connections.to(issuance.caId, issuance.workClass), {
          keyRing: ring,
          chooseKey: chooseKeyFor,
          records,
        }),
      lease,
      life,
      areChecked: checks !== null,
      signal,
      onPublished,
      within: (step, act, endOf) => tracing.within(step, act, endOf),
      ...observers,
    };
    return await tracing.claimed(issuance.trace, () => runIssuance(issuance, tools));
  };
}
