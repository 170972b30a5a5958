/** The worker of a process, and all it stands on. */
import { seconds, usualLife } from "@certmill/domain";
import { startWatches, type WatchParts } from "./compose-watches.ts";
import type { Config } from "./config/read-config.ts";
import { CaConnections } from "./effects/ca-connections.ts";
import { performAt } from "./effects/perform.ts";
import type { MakeKey } from "./keys/certificate-key.ts";
import { chooseKey } from "./keys/choose-key.ts";
import { observeBudget } from "./observe/budget-events.ts";
import { observeIssuance } from "./observe/issuance-events.ts";
import { watchWorker } from "./observe/process-gauges.ts";
import { traceField } from "./observe/tracing/trace-context.ts";
import { forgetLeases } from "./store/claim-issuances.ts";
import { type IssuanceTools, runIssuance } from "./work/run-issuance.ts";
import { tellEndedTraces } from "./work/trace-watch.ts";
import { Worker } from "./work/worker.ts";

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
  const {
    config,
    database,
    clock,
    keyRing,
    openTransport,
    makeKey,
    checks,
    records,
    onPublished,
    metrics,
    tracing,
    log,
  } = parts;
  const { db } = database;
  const connections = new CaConnections({
    db,
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
  const life = config.life ?? usualLife;
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
    checkFirst: checks !== null,
    pollEvery: config.pollEvery ?? seconds(1),
    run: async (issuance, signal) => {
      const ring = keyRing();
      const performer = performAt(await connections.to(issuance.caId), {
        keyRing: ring,
        chooseKey: (wish) => chooseKey(issuance, wish, { db, keyRing: ring, makeKey, now: clock.now() }),
        records,
      });
      const { lease } = config;
      const tools: IssuanceTools = {
        db,
        clock,
        performer,
        lease,
        life,
        areChecked: checks !== null,
        signal,
        onPublished,
        within: (step, act, endOf) => tracing.within(step, act, endOf),
        onEvents,
      };
      return await tracing.claimed(issuance.trace, () => runIssuance(issuance, tools));
    },
    beginTrace: (asked) => tracing.beginTrace(asked),
    onNews: observeBudget(metrics, log),
    onError: (error, issuance) => {
      metrics.workerErrors.inc();
      const trace = traceField(issuance?.trace ?? null);
      const whose = { issuance: issuance?.id, name: issuance?.names[0], ...trace };
      const fields = { event: "worker.error", err: error, ...whose };
      log.error(fields, "the worker met an error; what it held is taken up again after its lease");
    },
  });
  watchWorker(metrics.registry, { busy: () => worker.busy, lastRoundAt: () => worker.lastRoundAt });
  await database.listen("certmill_work", () => {
    worker.wake();
    watches.wake();
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
