/** One pass through all that has to do with secrets, and no line of the log has one. */
import { randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient, operations } from "@certmill/api";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSimCa } from "../../../sim/src/index.ts";
import { systemClock } from "../../src/clock.ts";
import { compose } from "../../src/compose.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { open } from "../../src/keys/envelope.ts";
import { newKeyLine, parseKeyRing } from "../../src/keys/key-ring.ts";
import { openDatabase } from "../../src/store/database.ts";
import { readSecret } from "../../src/store/secrets.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

/** What is looked for: a text itself, or each long line of a PEM. */
const piecesOf = (secret: string): readonly string[] =>
  secret.includes("\n")
    ? secret.split("\n").filter((line) => line.length >= 40 && !line.startsWith("-"))
    : [secret];

const adminToken = `admin-${randomBytes(20).toString("hex")}`;
const hmacKey = randomBytes(32).toString("base64url");
const apiKey = `powerdns-${randomBytes(12).toString("hex")}`;
const password = `a password ${randomBytes(8).toString("hex")}`;

test("at the level of most words no log line has a key, a token, a password or a webhook's secret", async () => {
  await using opened = new AsyncDisposableStack();
  const { url } = opened.use(await postgres.copy());
  const keyText = newKeyLine(new Date(0));
  const lines: string[] = [];
  const events = new EventEmitter();
  const log = pino(
    { level: "trace" },
    {
      write: (line: string) => {
        lines.push(line);
        events.emit((JSON.parse(line) as { event?: string }).event ?? "none");
      },
    },
  );
  const config = await readConfig(
    {
      DATABASE_URL: url,
      CERTMILL_KEY_ENCRYPTION_KEYS: keyText,
      CERTMILL_ADMIN_TOKEN: adminToken,
      CERTMILL_API_LISTEN: "127.0.0.1:0",
      CERTMILL_RESPONDER_LISTEN: "127.0.0.1:0",
      CERTMILL_STATUS_PAGES: "off",
      CERTMILL_WEBHOOK_ALLOWED_RANGES: "127.0.0.0/8",
      CERTMILL_LOG_LEVEL: "debug",
    },
    null,
  );
  const running = await compose(config, { clock: systemClock, log });
  opened.defer(() => running.stop());
  const base = running.urls.api ?? "";
  const ca = opened.use(
    await startSimCa({
      httpPort: Number(new URL(running.urls.responder ?? "").port),
      externalAccounts: { required: true, keys: { customer: hmacKey } },
    }),
  );
  const receiver = createServer((_, response) => response.writeHead(500).end("no"));
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  opened.defer(() => void receiver.close());
  const receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;

  const admin = createClient({ baseUrl: base, token: adminToken });
  const secrets: string[] = [adminToken, hmacKey, apiKey, password, keyText.trim().split(" ").at(-1) ?? ""];
  await admin.call(operations.addCa, {
    body: {
      name: "sim",
      directory: ca.directoryUrl,
      contact: ["ops@example.com"],
      termsAgreed: true,
      eab: { keyId: "customer", hmacKey },
    },
  });
  const webhook = await admin.call(operations.addWebhook, { body: { url: receiverUrl } });
  secrets.push(webhook.secret);
  await admin.call(operations.addDnsProvider, {
    body: {
      name: "dns",
      zones: ["example.org"],
      access: { kind: "powerdns", url: receiverUrl, apiKey },
    },
  });
  await admin.call(operations.testDnsProvider, { params: { name: "dns" } });
  await admin.call(operations.createOperator, { body: { name: "alice", role: "viewer", password } });
  const stored = once(events, "certificate.stored");
  await admin.call(operations.addDomain, { body: { name: "shop.example.com" } });
  await stored;

  const { token } = await admin.call(operations.createToken, {
    body: { name: "edge", scope: "edge", edgeGroup: "default" },
  });
  const join = await admin.call(operations.createJoinToken, { params: { name: "default" }, body: {} });
  secrets.push(token, join.token);
  const edge = createClient({ baseUrl: base, token });
  const { items } = await edge.call(operations.edgeSnapshot, { query: { edge: "edge-1" } });
  const [held] = items;
  if (held === undefined) throw new Error("The edge has nothing to serve.");
  const pair = await edge.call(operations.edgeCertificate, {
    params: { id: held.certificateId },
    query: { edge: "edge-1" },
  });
  const exported = await admin.call(operations.exportCertificate, { params: { id: held.certificateId } });
  secrets.push(pair.keyPem, exported.keyPem);

  // What is refused, broken or wrong must not be quoted either.
  const ask = (path: string, init: RequestInit = {}) => fetch(`${base}${path}`, init);
  const json = { "content-type": "application/json", authorization: `Bearer ${adminToken}` };
  const answers = await Promise.all([
    ask(`/v1/domains?token=${token}`, { headers: { authorization: `Bearer ${token}` } }),
    ask(`/v1/nothing/${token}`),
    ask("/v1/dns-providers", {
      method: "POST",
      headers: json,
      body: JSON.stringify({ apiKey, more: [hmacKey] }),
    }),
    ask("/v1/cas", { method: "POST", headers: json, body: `{"hmacKey": "${hmacKey}"` }),
    ask("/v1/session", {
      method: "POST",
      headers: { "content-type": "application/json", origin: base, cookie: `certmill_session=${token}` },
      body: JSON.stringify({ name: "alice", password }),
    }),
    ask("/v1/webhooks", {
      method: "POST",
      headers: json,
      body: JSON.stringify({ url: `https://u:${apiKey}@h` }),
    }),
  ]);
  expect(answers.map(({ status }) => status)).not.toContain(500);

  const ring = parseKeyRing(keyText);
  await using database = await openDatabase({ kind: "postgresql", url, connections: 1 });
  const rows = await database.db.selectFrom("secret").select("id").execute();
  expect(rows.length).toBeGreaterThanOrEqual(4);
  for (const { id } of rows)
    secrets.push(Buffer.from(open(ring, await readSecret(database.db, id))).toString("latin1"));
  await running.stop();

  const text = lines.join("");
  expect(text).toContain('"event":"certificate.stored"');
  expect(text).toContain('"event":"webhook.failed"');
  const pieces = secrets.flatMap(piecesOf).filter((piece) => piece.length >= 16);
  expect(pieces.length).toBeGreaterThan(10);
  const told = pieces.filter((piece) => text.includes(piece) || text.includes(encodeURIComponent(piece)));
  expect(told.map((piece) => lines.find((line) => line.includes(piece)))).toEqual([]);
});
