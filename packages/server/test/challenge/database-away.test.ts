/** A process that publishes and answers, whose database is away by the time the CA asks. */
import { expect, test } from "vitest";
import { type Database, type DatabasePlace, openDatabase } from "../../src/store/database.ts";
import { interceptedDb } from "../intercepted-db.ts";
import { startMigratedPostgres } from "../migrated-postgres.ts";
import { startIssuingServer } from "../work/issuing-server.ts";

/** Of challenges it says nothing, neither by itself nor when asked. */
async function openSilent(place: DatabasePlace): Promise<Database> {
  const database = await openDatabase(place);
  const db = interceptedDb(database.db, (query, run) => {
    if (/^select .* from "challenge_response"/.test(query.sql)) throw new Error("The database is away.");
    return run(query);
  });
  return {
    kind: database.kind,
    db,
    connectionUse: () => database.connectionUse(),
    listen: (channel, heard) =>
      channel === "certmill_challenge" ? Promise.resolve() : database.listen(channel, heard),
    close: () => database.close(),
    [Symbol.asyncDispose]: () => database.close(),
  };
}

test("what it has published itself it answers from memory", async () => {
  await using postgres = await startMigratedPostgres();
  await using server = await startIssuingServer(postgres);
  server.storage.open = openSilent;
  await server.restart();
  const stored = server.heard("certificate.stored", "shop.example");
  await server.enrol("shop.example");
  await stored;
  const issuances = await server.db.selectFrom("issuance").select("state_kind").execute();
  expect(issuances).toEqual([{ state_kind: "issued" }]);
});
