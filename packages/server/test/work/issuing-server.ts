import { EventEmitter, once } from "node:events";
import { undiciTransport } from "@certmill/acme";
import { type DnsName, hours, milliseconds, seconds } from "@certmill/domain";
import { pino } from "pino";
import { type SimCa, type SimCaOptions, startSimCa, type WrongName } from "../../../sim/src/index.ts";
import { compose, type Running } from "../../src/compose.ts";
import { type OutsidePorts, standardPorts } from "../../src/compose-checks.ts";
import type { Config } from "../../src/config/read-config.ts";
import type { OpenTransport } from "../../src/effects/ca-connections.ts";
import { makeAccount } from "../../src/effects/make-account.ts";
import { newKeyLine, parseKeyRing } from "../../src/keys/key-ring.ts";
import { insertCa } from "../../src/store/accounts.ts";
import { type Database, type Db, openDatabase } from "../../src/store/database.ts";
import { addLineages } from "../../src/store/write/add-lineages.ts";
import { ensureEdgeGroup } from "../../src/store/write/names.ts";
import { FastClock } from "../fast-clock.ts";
import type { MigratedPostgres } from "../migrated-postgres.ts";
import { usualTerms } from "../store/usual-terms.ts";

/** A worker and a responder in this process, a sim CA that validates there, and a clock that runs fast. */
export interface IssuingServer extends AsyncDisposable {
  readonly db: Db;
  readonly database: Database;
  readonly ca: SimCa;
  readonly clock: FastClock;
  /** What the CA finds wrong with names; may be changed at any time. */
  readonly wrong: Map<string, WrongName>;
  /** The requests to the CA; may be replaced. */
  readonly transport: { open: OpenTransport };
  /** The process's database; what replaces it is used after {@link restart}. */
  readonly storage: { open: typeof openDatabase };
  /** Of the log. */
  readonly lines: readonly string[];
  /** Adds a lineage, and waits until it has a certificate or its first issuance has failed. */
  enrol(...names: readonly [string, ...string[]]): Promise<void>;
  /** Adds a lineage. */
  add(...names: readonly [string, ...string[]]): Promise<void>;
  /** Waits for the next event of the kind for this name. */
  heard(
    kind:
      | "certificate.stored"
      | "vault.looked"
      | "issuance.failed"
      | "issuance.delayed"
      | "dns.cleaned"
      | "worker.error",
    name: string,
  ): Promise<void>;
  /** Makes another account at the CA, or takes the one of that key, for half of the pool's work: a CA of its own to the server. */
  addAccount(name: string, keyPem?: string): Promise<void>;
  /** Stops the process and starts another: what it remembered is gone. */
  restart(): Promise<void>;
}

/** A minute is 0.6 s. */
const speed = 100;
const keyText = newKeyLine(new Date(0));
/** With which the server seals. */
export const keyRing = parseKeyRing(keyText);

export async function startIssuingServer(
  postgres: MigratedPostgres,
  caOptions: Pick<SimCaOptions, "limits" | "renewalInfo" | "alwaysValid" | "textsOf"> = {},
  settings: Partial<Pick<Config, "renewalInfo" | "dns" | "tracing" | "vault">> = {},
  outsidePorts: OutsidePorts = standardPorts,
): Promise<IssuingServer> {
  await using opened = new AsyncDisposableStack();
  const { url } = opened.use(await postgres.copy());
  const database = opened.use(await openDatabase({ kind: "postgresql", url, connections: 3 }));
  const { db } = database;
  const clock = new FastClock(speed);
  const wrong = new Map<string, WrongName>();
  const transport = { open: (rootPem: string | null) => undiciTransport({ rootPem, timeout: 10_000 }) };
  const storage = { open: openDatabase };
  const events = new EventEmitter().setMaxListeners(0);
  const lines: string[] = [];
  const log = pino(
    { level: "debug" },
    {
      write: (line: string) => {
        lines.push(line);
        tell(events, line);
      },
    },
  );
  const start = () =>
    compose(
      { ...configFor(url), ...settings },
      {
        clock,
        log,
        outsidePorts,
        openTransport: (rootPem) => transport.open(rootPem),
        openDatabase: (place) => storage.open(place),
      },
    );

  let running: Running = await start();
  opened.defer(() => running.stop());
  const responderPort = (): number => Number(new URL(running.urls.responder ?? "").port);
  const ca = opened.use(
    await startSimCa({
      ...caOptions,
      now: () => clock.now(),
      retryAfter: { form: "none" },
      processing: milliseconds(100),
      names: (name) => {
        const as = wrong.get(name);
        if (as !== undefined) return { kind: "wrong", as };
        return { kind: "host", addresses: ["127.0.0.1"], httpPort: responderPort(), httpsPort: 1 };
      },
    }),
  );
  const terms = await register(db, ca, { name: "sim", clock });
  const heard: IssuingServer["heard"] = async (kind, name) => void (await once(events, `${kind} ${name}`));
  const add: IssuingServer["add"] = async (...names) => {
    const wanted = { names: names as unknown as [DnsName, ...DnsName[]], tenantId: null };
    await addLineages(db, [wanted], terms, clock.now());
  };
  const lifetime = opened.move();
  return {
    db,
    database,
    ca,
    clock,
    wrong,
    transport,
    storage,
    lines,
    heard,
    add,
    enrol: async (...names) => {
      const listening = new AbortController();
      const { signal } = listening;
      const ends = ["certificate.stored", "issuance.failed"].map((kind) => `${kind} ${names[0]}`);
      const ended = Promise.race(ends.map((end) => once(events, end, { signal })));
      await add(...names);
      await ended;
      listening.abort();
    },
    addAccount: async (name, keyPem) =>
      void (await register(db, ca, { name, clock, keyPem: keyPem ?? null })),
    restart: async () => {
      await running.stop();
      running = await start();
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

/** The business events are in the log; a record at the level of an error is a bug, and nobody waits for it. */
function tell(events: EventEmitter, line: string): void {
  const record = JSON.parse(line) as { event?: string; name?: string; level: number };
  if (record.level >= 50) process.emitWarning(`The server logged an error: ${line}`);
  events.emit(`${record.event} ${record.name}`);
}

function configFor(url: string): Config {
  const free = { host: "127.0.0.1", port: 0 };
  return {
    dataDir: "",
    database: { kind: "postgresql", url, connections: 5 },
    roles: new Set(["worker", "responder"]),
    apiListen: free,
    responderListen: free,
    keys: { kind: "text", text: keyText },
    adminToken: null,
    workerConcurrency: 8,
    lease: hours(1),
    caTimeout: seconds(10),
    drain: seconds(5),
    statusPages: false,
    renewalInfo: false,
    logLevel: "debug",
  };
}

async function register(
  db: Db,
  ca: SimCa,
  {
    name,
    clock,
    keyPem = null,
  }: { readonly name: string; readonly clock: FastClock; readonly keyPem?: string | null },
) {
  const made = await makeAccount(
    { directoryUrl: ca.directoryUrl, rootPem: null, contact: [], termsAgreed: true, binding: null, keyPem },
    {
      keyRing,
      now: () => clock.now(),
      openTransport: (rootPem) => undiciTransport({ rootPem, timeout: 10_000 }),
      signal: AbortSignal.timeout(10_000),
    },
  );
  if (made.kind !== "made") throw new Error(`The sim CA made no account: ${made.kind}.`);
  const { account, profiles } = made;
  const policy = {
    rootPem: null,
    namePolicy: "public",
    maxOrdersInFlight: 100,
    makeDefault: false,
    weight: 100,
    limitSet: "none",
    caaIdentities: [],
    profiles,
    profile: null,
  } as const;
  const caId = await insertCa(db, { name, directoryUrl: ca.directoryUrl, ...policy, account }, clock.now());
  if (caId === null) throw new Error(`There is a CA "${name}" already.`);
  return usualTerms(caId, await ensureEdgeGroup(db, "default"));
}
