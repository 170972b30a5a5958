/** Builds a process from its configuration: the only place that constructs. */
import { mkdir } from "node:fs/promises";
import { undiciTransport } from "@certmill/acme";
import { seconds, usualLife } from "@certmill/domain";
import type { Logger } from "pino";
import { checkTokens } from "./challenge/check-token.ts";
import type { Clock } from "./clock.ts";
import { startApi } from "./compose-api.ts";
import { composeChecks, type OutsidePorts, standardPorts } from "./compose-checks.ts";
import { composeRecords } from "./compose-dns.ts";
import { startIssuing } from "./compose-issuing.ts";
import { startResponder } from "./compose-responder.ts";
import { startWebhooks } from "./compose-webhooks.ts";
import { findAdminToken } from "./config/admin-token.ts";
import { type Config, usualDns, usualSignIn } from "./config/read-config.ts";
import type { TracingSettings } from "./config/tracing-config.ts";
import type { OpenTransport } from "./effects/ca-connections.ts";
import { type WebhookSender, webhookSender } from "./effects/send-webhook.ts";
import { ensureFirstOperator, type FirstOperator } from "./http/sign-in/first-operator.ts";
import { generateCertificateKey, type MakeKey } from "./keys/certificate-key.ts";
import { open } from "./keys/envelope.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import { type LoadedKeys, loadKeys } from "./keys/load-key-ring.ts";
import { Metrics } from "./observe/metrics.ts";
import { createMetricsListener } from "./observe/metrics-listener.ts";
import { watchProcess } from "./observe/process-gauges.ts";
import { openTracing } from "./observe/tracing/open-tracing.ts";
import { closeServer, listen } from "./serve-listener.ts";
import { type Database, openDatabase } from "./store/database.ts";
import { checkDatabase, placeOf } from "./store/database-unusable.ts";
import { ensureAdminToken } from "./store/ensure-admin-token.ts";
import { readInstallationId } from "./store/installation-id.ts";
import { migrate } from "./store/migrate.ts";
import { version } from "./version.ts";
import type { SendWebhook } from "./work/webhook-watch.ts";

/** The world outside; a test may give another. */
export interface World {
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: undici over the network, with the configured time-out. */
  readonly openTransport?: OpenTransport;
  /** Default: the configured database. */
  readonly openDatabase?: (place: Config["database"]) => Promise<Database>;
  /** Where customers' names are asked. Default: the standard ports. */
  readonly outsidePorts?: OutsidePorts;
  /** Default: a fresh one. */
  readonly makeKey?: MakeKey;
  /** What checks names, where the configuration has them checked. Default: looks for itself. */
  readonly makeChecks?: typeof composeChecks;
  /** Shows the operator a password that is told this once and never logged. Default: nobody is shown one, and none is made. */
  readonly showOnce?: (first: FirstOperator) => void;
}

export interface Running {
  /** Where it listens, by role. */
  readonly urls: {
    readonly api: string | null;
    readonly responder: string | null;
    /** Of its own listener. */
    readonly metrics: string | null;
  };
  /** Claims nothing more, ends what runs or gives it back, closes all. Under 10 seconds. */
  stop(): Promise<void>;
}

const requestGrace = seconds(2);
const noTracing: TracingSettings = { tracing: null, warnings: [] };

/** @throws the errors that main.ts tells the operator about; what was opened is closed again. */
export async function compose(config: Config, world: World): Promise<Running> {
  const { clock, log } = world;
  await using opened = new AsyncDisposableStack();
  if (config.database.kind === "embedded") await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  // Before the database: what is wrong with the keys is told at once.
  const keys = await loadKeys(config, new Date(clock.now()));
  const database = opened.use(await openMigrated(config, keys, world));
  const { metrics, tracing } = await startObserving(config, database, world);
  opened.defer(() => tracing.stop());

  const keyRing = keys.ring;
  const ports = world.outsidePorts ?? standardPorts;
  const tokens = checkTokens(await readInstallationId(database.db));
  const { checks: checksConfig = null, dns = usualDns } = config;
  const makeChecks = world.makeChecks ?? composeChecks;
  const checks =
    checksConfig === null
      ? null
      : opened.use(await makeChecks({ config: checksConfig, database, clock, tokens, ports, log }));
  const sender = opened.use(webhookSender(config.webhookAllowed ?? []));
  const shared = {
    database,
    clock,
    openTransport: world.openTransport ?? transportTo(config),
    sendWebhook: sendSealed(sender, keyRing, clock),
    records: composeRecords({ config: dns, db: database.db, clock, keyRing, port: ports.dns }),
    metrics,
    tracing,
    log,
  };

  const responder = config.roles.has("responder")
    ? await startResponder({ ...shared, address: config.responderListen, checkTokens: tokens })
    : null;
  if (responder !== null) opened.defer(() => closeServer(responder.server, requestGrace));
  const issuing = config.roles.has("worker")
    ? await startIssuing({
        ...shared,
        config,
        keyRing,
        checks,
        makeKey: world.makeKey ?? generateCertificateKey,
        onPublished: responder?.remember ?? (() => {}),
      })
    : null;
  if (issuing !== null) {
    opened.defer(() => issuing.stop());
    const watch = await startWebhooks({ ...shared, config });
    opened.defer(() => watch.stop());
  }
  const api = config.roles.has("api")
    ? await startApi({
        ...shared,
        address: config.apiListen,
        keys,
        check: checks?.check ?? null,
        followPath: checks?.followPath ?? null,
        life: config.life ?? usualLife,
        signIn: config.signIn ?? usualSignIn,
        corsOrigins: config.corsOrigins ?? [],
        worker: issuing?.worker ?? null,
        responder: responder?.server ?? null,
      })
    : null;
  if (api !== null) opened.defer(() => api.stop());

  const { metricsListen = null } = config;
  const metricsServer = createMetricsListener(() => metrics.text());
  const metricsUrl = metricsListen === null ? null : await listen(metricsServer, metricsListen);
  opened.defer(() => closeServer(metricsServer, requestGrace));

  const lifetime = opened.move();
  return {
    urls: { api: api?.url ?? null, responder: responder?.url ?? null, metrics: metricsUrl },
    stop: () => lifetime.disposeAsync(),
  };
}

/** The database, brought up to date, and the operator told of everything that was made at this start. */
async function openMigrated(config: Config, keys: LoadedKeys, world: World): Promise<Database> {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await (world.openDatabase ?? openDatabase)(config.database));
  await checkDatabase(
    database.db,
    config.database.kind === "postgresql" ? placeOf(config.database.url) : config.dataDir,
  );
  const { applied } = await migrate(database.db);
  await introduce({ config, database, keys, applied, world });
  opened.move();
  return database;
}

async function startObserving(config: Config, database: Database, { clock, log }: World) {
  const metrics = new Metrics();
  const roles = [...config.roles].sort().join(",");
  watchProcess(metrics.registry, { version, roles, connectionUse: () => database.connectionUse() });
  const traced = { version, roles, now: () => clock.now() };
  const tracing = await openTracing(config.tracing ?? noTracing, traced, { metrics, log });
  return { metrics, tracing };
}

const transportTo =
  ({ caTimeout }: Config): OpenTransport =>
  (rootPem) =>
    undiciTransport({ rootPem, timeout: caTimeout, userAgent: `certmill/${version}` });

/** Secrets are opened when a message is signed with them. */
const sendSealed =
  (sender: WebhookSender, keyRing: () => KeyRing, clock: Clock): SendWebhook =>
  ({ secrets, ...message }, signal) => {
    const opened = secrets.map((secret) => open(keyRing(), secret));
    return sender.send({ ...message, secrets: opened, now: clock.now() }, signal);
  };

/** Makes the first admin token known, and tells the operator of everything that was made at this start. */
async function introduce(parts: {
  config: Config;
  database: Database;
  keys: LoadedKeys;
  applied: readonly string[];
  world: World;
}): Promise<void> {
  const { config, database, keys, applied, world } = parts;
  const { log, clock } = world;
  if (applied.length > 0)
    log.info({ event: "database.migrated", applied }, "the database's schema was brought up to date");
  if (keys.made !== null) {
    log.warn(
      { event: "key.made", file: keys.made },
      "made a key-encryption key: back this file up, apart from the database; without it every stored private key is lost",
    );
  }
  const admin = await findAdminToken(config);
  if (admin !== null) await ensureAdminToken(database.db, admin.token, clock.now());
  if (admin?.made != null)
    log.info({ event: "token.made", file: admin.made }, "made an admin token for the certmill command");
  const { local } = config.signIn ?? usualSignIn;
  // A password that nobody is shown is of no use.
  if (
    config.database.kind !== "embedded" ||
    !config.roles.has("api") ||
    !local ||
    world.showOnce === undefined
  )
    return;
  const first = await ensureFirstOperator(database.db, clock.now());
  if (first !== null) world.showOnce(first);
}
