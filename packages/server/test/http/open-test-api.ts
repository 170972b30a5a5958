/** The API on an embedded database of its own, asked through the real client without a socket. */
import { join } from "node:path";
import { type Client, createClient } from "@certmill/api";
import { type Duration, hours, type Instant, instant, milliseconds, usualLife } from "@certmill/domain";
import type { FastifyInstance } from "fastify";
import pino from "pino";
import { readImported } from "../../src/effects/read-imported.ts";
import { buildHttp, type HttpOptions } from "../../src/http/build-http.ts";
import { hashBearerToken } from "../../src/http/caller/bearer-token.ts";
import { newKeyLine, parseKeyRing } from "../../src/keys/key-ring.ts";
import type { Database, Db } from "../../src/store/database.ts";
import { listenForWakeups } from "../../src/store/wakeups.ts";
import { insertToken } from "../../src/store/write/tokens.ts";
import { openEmbeddedCopy } from "../embedded-template.ts";

export const start = instant(Date.parse("2026-11-22T12:00:00Z"));

const keyRing = parseKeyRing(newKeyLine(new Date(0)));

export interface TestApi extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly db: Db;
  readonly database: Database;
  /** Milliseconds that `now` is ahead of `start`. */
  readonly clock: { ahead: number };
  readonly delivered: Duration[];
  client(token: string | null): Client;
  /** A client with a token of its own, made without the API. */
  as(scope: "admin"): Promise<Client>;
  as(scope: "tenant" | "edge", of: string): Promise<Client>;
}

export const accountMade: HttpOptions["makeAccount"] = async ({ directoryUrl, contact }) => ({
  kind: "made",
  account: {
    url: `${directoryUrl}/account/1`,
    key: sealed("account key"),
    thumbprint: "thumbprint",
    contact,
  },
  caaIdentities: ["ca.test"],
  profiles: ["classic", "shortlived"],
});

/** Stands in for the envelope: the key in the clear. */
export const sealed = (text: string) => ({
  kekId: "test-key",
  wrappedKey: new Uint8Array(),
  ciphertext: Buffer.from(text),
});

export async function openTestApi(options: Partial<HttpOptions> = {}): Promise<TestApi> {
  const database = await openEmbeddedCopy();
  const api = await openTestApiOn(database, options);
  const close = async (): Promise<void> => {
    await api[Symbol.asyncDispose]();
    await database.close();
  };
  return { ...api, [Symbol.asyncDispose]: close };
}

/** The same on a database that is open and migrated, and that stays open. */
export async function openTestApiOn(
  database: Database,
  options: Partial<HttpOptions> = {},
): Promise<TestApi> {
  const clock = { ahead: 0 };
  const delivered: Duration[] = [];
  const now = options.now ?? ((): Instant => instant(start + clock.ahead));
  const app = await buildHttp({
    database,
    wakeups: await listenForWakeups(database, ["certmill_feed"]),
    now,
    version: "0.0.0-test",
    log: pino({ level: "silent" }),
    makeAccount: accountMade,
    askDirectory: async () => ({ kind: "answered", took: milliseconds(12), clockAhead: 0 }),
    check: null,
    followPath: null,
    readImported: (pems) => readImported(pems, { keyRing, now: now() }),
    sealText: (text) => ({ kekId: "test-key", wrappedKey: Buffer.of(0), ciphertext: Buffer.from(text) }),
    tryZone: async (zone) => ({ zone, record: `_acme-challenge.test.${zone}`, steps: [] }),
    life: usualLife,
    openKey: ({ ciphertext }) => Buffer.from(ciphertext).toString(),
    keys: { currentKeyId: () => "test-key", rewrapAll: async () => 0 },
    readiness: [{ part: "database", check: async () => null }],
    metrics: async () => "# HELP certmill_up\n",
    webhooks: {
      seal: (secret) => sealed(Buffer.from(secret).toString("base64")),
      send: async () => ({ answer: { kind: "answered", status: 204, retryAt: null }, detail: "" }),
    },
    onDelivered: ({ error, took }) => void (error === null && delivered.push(took)),
    signIn: { local: true, oidc: null, terms: { idle: hours(1), longest: hours(12) } },
    publicUrl: null,
    consoleDirectory: null,
    embedDirectory: join(import.meta.dirname, "../../../console/embed"),
    trustedProxies: [],
    ...options,
  });
  const client = (token: string | null): Client =>
    createClient({
      baseUrl: "http://certmill.test",
      token,
      fetch: (url, init) => inject(app, new Request(url).url, init),
    });
  let tokens = 0;
  const as = async (scope: "admin" | "tenant" | "edge", of: string | null = null): Promise<Client> => {
    const token = `${scope}-${of}-${tokens++}`;
    const row = {
      name: token,
      hash: hashBearerToken(token),
      scope,
      tenant: scope === "tenant" ? of : null,
      edgeGroup: scope === "edge" ? of : null,
      expiresAt: null,
    };
    await insertToken(database.db, row, start);
    return client(token);
  };
  return {
    app,
    db: database.db,
    database,
    clock,
    delivered,
    client,
    as,
    [Symbol.asyncDispose]: () => app.close(),
  };
}

async function inject(app: FastifyInstance, url: string, init: RequestInit = {}): Promise<Response> {
  const { body, headers, method = "GET" } = init;
  const answer = await app.inject({
    method: method as "GET",
    url: url.replace("http://certmill.test", ""),
    headers: headers as Record<string, string>,
    ...(typeof body === "string" ? { payload: body } : {}),
  });
  const received = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) received.set(name, String(value));
  return new Response(answer.rawPayload.length === 0 ? null : new Uint8Array(answer.rawPayload), {
    status: answer.statusCode,
    headers: received,
  });
}
