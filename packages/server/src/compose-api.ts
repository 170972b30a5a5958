/** The API of a process: its ports to the rest of the server, and its listener. */
import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import { between, type LifePolicy, seconds } from "@certmill/domain";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import { composeSignIn } from "./compose-sign-in.ts";
import type { ListenAddress } from "./config/read-config.ts";
import type { SignInConfig } from "./config/sign-in-config.ts";
import type { Records } from "./dns/records.ts";
import { tryZone } from "./dns/try-zone.ts";
import { askDirectory } from "./effects/ask-directory.ts";
import type { OpenTransport } from "./effects/ca-connections.ts";
import { makeAccount } from "./effects/make-account.ts";
import { readImported } from "./effects/read-imported.ts";
import { buildHttp } from "./http/build-http.ts";
import type { FollowPath, ReadinessCheck } from "./http/ports.ts";
import { readCampaignFigures } from "./http/present/campaign-figures.ts";
import { keyPem } from "./keys/certificate-key.ts";
import { open, seal } from "./keys/envelope.ts";
import type { LoadedKeys } from "./keys/load-key-ring.ts";
import { rotateKeys } from "./keys/rotate.ts";
import { watchCas } from "./observe/ca-gauges.ts";
import { watchCampaigns } from "./observe/campaign-gauges.ts";
import { keyStandings, watchDatabase } from "./observe/database-gauges.ts";
import { watchFleet } from "./observe/fleet-gauges.ts";
import { keptReading } from "./observe/kept-reading.ts";
import type { Metrics } from "./observe/metrics.ts";
import type { Tracing } from "./observe/tracing/tracing.ts";
import { closeServer, listen } from "./serve-listener.ts";
import type { Database } from "./store/database.ts";
import { isDatabaseAway } from "./store/database-away.ts";
import { isMigrated } from "./store/migrate.ts";
import { readCaStandings } from "./store/read/ca-standings.ts";
import { readDatabaseState } from "./store/read/examination.ts";
import { readFleetFigures } from "./store/read/fleet-figures.ts";
import { listKeysInUse } from "./store/secrets.ts";
import { listenForWakeups } from "./store/wakeups.ts";
import { version } from "./version.ts";
import type { CheckNames } from "./work/check-watch.ts";
import type { SendWebhook } from "./work/webhook-watch.ts";
import type { Worker } from "./work/worker.ts";

export interface ApiParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly address: ListenAddress;
  readonly keys: LoadedKeys;
  readonly openTransport: OpenTransport;
  /** Null: names are not checked. */
  readonly check: CheckNames | null;
  readonly followPath: FollowPath | null;
  readonly sendWebhook: SendWebhook;
  readonly records: Records;
  readonly life: LifePolicy;
  /** Origins of pages that may ask how a domain stands. */
  readonly corsOrigins: readonly string[];
  readonly signIn: SignInConfig;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly log: Logger;
  /** null: this process is none. */
  readonly worker: Worker | null;
  readonly responder: Server | null;
}

/** Where the console's build is, beside this package's source. */
const consoleDirectory = fileURLToPath(new URL("../../console/dist", import.meta.url));
const embedDirectory = fileURLToPath(new URL("../../console/embed", import.meta.url));

/** For making an account: one that hangs is not waited for. */
const accountDeadline = 60_000;
const directoryDeadline = 10_000;
const requestGrace = seconds(2);

export async function startApi(parts: ApiParts): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const {
    database,
    clock,
    address,
    keys,
    openTransport,
    check,
    followPath,
    life,
    records,
    sendWebhook,
    signIn,
    metrics,
    tracing,
    log,
  } = parts;
  const { db } = database;
  watchInstallation(parts);
  const app = await buildHttp({
    database,
    wakeups: await listenForWakeups(database, ["certmill_work", "certmill_feed"]),
    now: () => clock.now(),
    version,
    log,
    makeAccount: (request) =>
      makeAccount(request, {
        keyRing: keys.ring(),
        now: () => clock.now(),
        openTransport,
        signal: AbortSignal.timeout(accountDeadline),
      }),
    askDirectory: ({ signal, ...ca }) =>
      askDirectory(
        { ...ca, signal: AbortSignal.any([signal, AbortSignal.timeout(directoryDeadline)]) },
        { openTransport, now: () => clock.now() },
      ),
    check,
    followPath,
    readImported: (pems) => readImported(pems, { keyRing: keys.ring(), now: clock.now() }),
    sealText: (text) => seal(keys.ring(), Buffer.from(text)),
    tryZone: tryZone({ db, clock, records }),
    life,
    corsOrigins: parts.corsOrigins,
    openKey: (sealed) => keyPem(open(keys.ring(), sealed)),
    keys: {
      currentKeyId: () => keys.ring().current.id,
      rewrapAll: async () => {
        await keys.reload();
        return rotateKeys(db, keys.ring());
      },
    },
    readiness: readiness(parts),
    webhooks: { seal: (secret) => seal(keys.ring(), secret), send: sendWebhook },
    signIn: await composeSignIn(signIn, keys.ring, () => clock.now()),
    consoleDirectory,
    embedDirectory,
    publicUrl: signIn.publicUrl,
    trustedProxies: signIn.trustedProxies,
    metrics: () => metrics.text(),
    onDelivered: (receipt) => {
      metrics.delivered(receipt);
      tracing.delivered(receipt);
    },
    askedTrace: (traceparent) => tracing.askedTrace(traceparent),
  });
  const url = await listen(app.server, address);
  return {
    url,
    stop: async () => {
      const closed = app.close();
      await closeServer(app.server, requestGrace);
      await closed;
    },
  };
}

/** Campaigns are counted whole. In milliseconds. */
const campaignsKeptFor = 60_000;

/** What every process with an API tells of the installation. */
function watchInstallation({ database, clock, keys, metrics: { registry } }: ApiParts): void {
  const { db, kind } = database;
  const now = () => clock.now();
  watchCas(
    registry,
    keptReading(() => readCaStandings(db, now())),
  );
  watchFleet(
    registry,
    keptReading(() => readFleetFigures(db, now())),
  );
  watchCampaigns(
    registry,
    keptReading(() => readCampaignFigures(db, now()), campaignsKeptFor),
  );
  watchDatabase(
    registry,
    keptReading(async () => {
      const ring = keys.ring();
      return {
        state: await readDatabaseState(db, kind, now),
        keys: keyStandings(await listKeysInUse(db), ring.current.id, (id) => ring.find(id) !== null),
      };
    }),
  );
}

/** A worker whose rounds fail for this long is not ready. */
const longestSilence = seconds(15);

function readiness({ database: { db }, clock, keys, worker, responder }: ApiParts): ReadinessCheck[] {
  const startedAt = clock.now();
  const checks: ReadinessCheck[] = [
    {
      part: "database",
      check: () => asked(async () => void (await db.selectFrom("installation").select("id").execute())),
    },
    {
      part: "migrations",
      check: async () =>
        (await isMigrated(db))
          ? null
          : "The database's schema is older than this program: restart a process to bring it up to date.",
    },
    {
      part: "keys",
      check: async () => {
        const missing = (await listKeysInUse(db)).filter((id) => keys.ring().find(id) === null);
        return missing.length === 0
          ? null
          : `Secrets are sealed with keys that are not in the key file: ${missing.join(", ")}.`;
      },
    },
  ];
  if (worker !== null) {
    checks.push({
      part: "worker",
      check: async () =>
        between(worker.lastRoundAt ?? startedAt, clock.now()) < longestSilence
          ? null
          : "The worker has not come through a round for 15 seconds: see the log.",
    });
  }
  if (responder !== null) {
    checks.push({
      part: "responder",
      check: async () => (responder.listening ? null : "The responder does not listen."),
    });
  }
  return checks;
}

async function asked(question: () => Promise<void>): Promise<string | null> {
  try {
    await question();
    return null;
  } catch (error) {
    if (isDatabaseAway(error)) return "The database does not answer.";
    throw error;
  }
}
