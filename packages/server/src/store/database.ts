/**
 * The one door to the database: PostgreSQL when there is a URL, else PGlite in a directory. Both speak
 * the same dialect, and both return the same JavaScript values (see schema.ts).
 */
import { type Instant, instant } from "@certmill/domain";
import { Kysely, PGliteDialect, PostgresDialect } from "kysely";
import pg from "pg";
import { type DirectoryLock, lockDirectory } from "./directory-lock.ts";
import { PreparingClient } from "./preparing-client.ts";
import type { Schema } from "./schema.ts";

export type Db = Kysely<Schema>;

/** What LISTEN/NOTIFY is used for: to end a wait early. Nothing is lost when one goes missing. */
export type Channel =
  /** Work may be due. The payload says for whom: `line`, the worker; `checks`, who checks names; empty, everybody. */
  | "certmill_work"
  | "certmill_feed"
  | "certmill_challenge"
  /** A vantage point has names to look at; the payload is its name. */
  | "certmill_look"
  /** A vantage point has looked; the payload is the look's id. */
  | "certmill_seen";

/** This process's connections to PostgreSQL, beside the one that listens. */
export interface ConnectionUse {
  readonly most: number;
  readonly open: number;
  readonly idle: number;
  /** Statements and transactions that wait for one. */
  readonly waiting: number;
  /** Connections that broke, since the start. */
  readonly broken: number;
}

export interface Database extends AsyncDisposable {
  readonly kind: "postgresql" | "embedded";
  readonly db: Db;
  /** Null: it is embedded, and has none. */
  connectionUse(): ConnectionUse | null;
  /**
   * Calls `heard` for each notification. Resolves once it listens. After a lost connection it listens
   * again by itself; what was said meanwhile is gone.
   */
  listen(channel: Channel, heard: (payload: string) => void): Promise<void>;
  close(): Promise<void>;
}

export type DatabasePlace =
  | { readonly kind: "postgresql"; readonly url: string; readonly connections: number }
  | { readonly kind: "embedded"; readonly directory: string | null };

const int8 = 20;
const timestamptz = 1184;

/** `2026-11-22 17:46:00.123+00`, as PostgreSQL writes it under TimeZone=UTC. */
const parseTimestamp = (text: string): Instant =>
  instant(Date.parse(`${text.slice(0, 10)}T${text.slice(11).replace(/\+00$/, "")}Z`));

/** A driver's instant: what `At` columns are written with. */
export const timestamp = (at: Instant): Date => new Date(at);

export async function openDatabase(place: DatabasePlace): Promise<Database> {
  return place.kind === "postgresql" ? openPostgresql(place) : openEmbedded(place.directory);
}

async function openPostgresql(place: { url: string; connections: number }): Promise<Database> {
  const types = new pg.TypeOverrides();
  types.setTypeParser(int8, (text: string) => text);
  types.setTypeParser(timestamptz, parseTimestamp);
  const settings = {
    connectionString: place.url,
    types,
    application_name: "certmill",
    connectionTimeoutMillis: 5_000,
    query_timeout: 60_000,
    // Our statements are short: compiling them takes longer than they do.
    options: "-c TimeZone=UTC -c jit=off",
    keepAlive: true,
  };
  const pool = new pg.Pool({
    ...settings,
    Client: PreparingClient,
    max: place.connections,
    idleTimeoutMillis: 30_000,
    // What was prepared for a table as it was lives no longer.
    maxLifetimeSeconds: 600,
  });
  // A connection that breaks is replaced, and a statement under way on it fails. Without listeners it would end
  // the process: the pool's own is for idle connections only.
  pool.on("error", () => {});
  const broken = new WeakSet<object>();
  let breaks = 0;
  pool.on("connect", (client) =>
    client.on("error", () => {
      // One that breaks may say so more than once.
      if (!broken.has(client)) breaks += 1;
      broken.add(client);
    }),
  );
  const listener = new Listener(() => new pg.Client({ ...settings, query_timeout: 0 }));
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  const close = async (): Promise<void> => {
    await listener.close();
    await db.destroy();
  };
  return {
    kind: "postgresql",
    db,
    connectionUse: () => ({
      most: place.connections,
      open: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      broken: breaks,
    }),
    listen: (channel, heard) => listener.add(channel, heard),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * The embedded database's own cache. It is written through with zeros at each start: PostgreSQL's usual 128 MB take a second of a core
 * and stay in memory, and the system's cache has the files anyway.
 */
const sharedBuffers = "32MB";

async function openEmbedded(directory: string | null): Promise<Database> {
  // Loaded only where it is used: it is a whole database server.
  const { PGlite, types: pgliteTypes } = await import("@electric-sql/pglite");
  const { PreparingPGlite } = await import("./preparing-pglite.ts");
  const { pg_trgm } = await import("@electric-sql/pglite/contrib/pg_trgm");
  const lock: DirectoryLock | null = directory === null ? null : await lockDirectory(directory);
  const pglite = new PreparingPGlite({
    extensions: { pg_trgm },
    startParams: [...PGlite.defaultStartParams, "-c", `shared_buffers=${sharedBuffers}`],
    ...(directory === null ? {} : { dataDir: `${directory}/database` }),
    parsers: {
      [pgliteTypes.INT8]: (text: string) => text,
      [pgliteTypes.TIMESTAMPTZ]: parseTimestamp,
    },
  });
  await pglite.waitReady;
  await pglite.exec("set TimeZone = 'UTC'");
  const db = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) });
  const close = async (): Promise<void> => {
    if (!pglite.closed) await pglite.close();
    await lock?.release();
  };
  return {
    kind: "embedded",
    db,
    connectionUse: () => null,
    listen: async (channel, heard) => {
      await pglite.listen(channel, heard);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** One connection that listens, made anew when it breaks. */
class Listener {
  readonly #connect: () => pg.Client;
  readonly #channels = new Map<Channel, ((payload: string) => void)[]>();
  #client: pg.Client | null = null;
  #opening: Promise<void> = Promise.resolve();
  #again: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(connect: () => pg.Client) {
    this.#connect = connect;
  }

  async add(channel: Channel, heard: (payload: string) => void): Promise<void> {
    const known = this.#channels.get(channel);
    if (known !== undefined) {
      known.push(heard);
      return;
    }
    this.#channels.set(channel, [heard]);
    if (this.#client === null) await this.#open();
    else await this.#client.query(`listen ${channel}`);
  }

  async #open(): Promise<void> {
    const client = this.#connect();
    client.on("notification", ({ channel, payload }) => {
      for (const heard of this.#channels.get(channel as Channel) ?? []) heard(payload ?? "");
    });
    client.on("error", () => {
      this.#client = null;
      client.end().catch(() => {});
      this.#reopenSoon();
    });
    await client.connect();
    this.#client = client;
    for (const channel of this.#channels.keys()) await client.query(`listen ${channel}`);
  }

  #reopenSoon(): void {
    if (this.#closed || this.#again !== null) return;
    this.#again = setTimeout(() => {
      this.#again = null;
      this.#opening = this.#open().catch(() => this.#reopenSoon());
    }, 1_000);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#again !== null) clearTimeout(this.#again);
    await this.#opening;
    await this.#client?.end();
  }
}
