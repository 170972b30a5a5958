import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { generateAccountKey } from "@certmill/acme";
import { type DnsName, milliseconds, seconds } from "@certmill/domain";
import { pino } from "pino";
import { expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { compose } from "../../src/compose.ts";
import { seal } from "../../src/keys/envelope.ts";
import { newKeyLine, parseKeyRing } from "../../src/keys/key-ring.ts";
import { insertCa } from "../../src/store/accounts.ts";
import { openDatabase } from "../../src/store/database.ts";
import { readOwed } from "../../src/store/what-is-owed.ts";
import { addLineages } from "../../src/store/write/add-lineages.ts";
import { ensureEdgeGroup } from "../../src/store/write/names.ts";
import { startMigratedPostgres } from "../migrated-postgres.ts";
import { usualTerms } from "../store/usual-terms.ts";

/** Takes connections and never says a word. */
async function startSilentServer() {
  const asked = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("data", () => asked.resolve()).on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/directory`,
    asked: asked.promise,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

test("a CA that never answers does not hold a stop up, and the issuance is given back", async () => {
  await using postgres = await startMigratedPostgres();
  await using copy = await postgres.copy();
  await using ca = await startSilentServer();
  const keyText = newKeyLine(new Date(0));
  await using database = await openDatabase({ kind: "postgresql", url: copy.url, connections: 2 });
  const { db } = database;
  const caId = await insertCa(
    db,
    {
      name: "silent",
      directoryUrl: ca.url,
      rootPem: null,
      namePolicy: "public",
      maxOrdersInFlight: 10,
      makeDefault: true,
      weight: null,
      limitSet: "none" as const,
      caaIdentities: [],
      profiles: [],
      profile: null,
      account: {
        url: "http://127.0.0.1/account",
        key: seal(parseKeyRing(keyText), Buffer.from(generateAccountKey().toPem())),
        thumbprint: "thumbprint",
        contact: [],
      },
    },
    systemClock.now(),
  );
  if (caId === null) throw new Error("The database was not empty.");
  const free = { host: "127.0.0.1", port: 0 };
  const config = {
    dataDir: "",
    database: { kind: "postgresql", url: copy.url, connections: 3 },
    roles: new Set(["worker"] as const),
    apiListen: free,
    responderListen: free,
    keys: { kind: "text", text: keyText },
    adminToken: null,
    workerConcurrency: 2,
    lease: seconds(600),
    caTimeout: seconds(300),
    drain: milliseconds(0),
    statusPages: false,
    renewalInfo: false,
    logLevel: "error",
  } as const;
  const running = await compose(config, { clock: systemClock, log: pino({ level: "silent" }) });
  const wanted = [{ names: ["a.example.com" as DnsName] as const, tenantId: null }];
  const terms = usualTerms(caId, await ensureEdgeGroup(db, "default"));
  await addLineages(db, wanted, terms, systemClock.now());
  await ca.asked;
  await running.stop();
  expect((await readOwed(db, systemClock.now())).issuanceAt).toBeLessThanOrEqual(systemClock.now());
});
