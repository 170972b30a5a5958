import { AcmeClient, generateAccountKey, undiciTransport } from "@certmill/acme";
import type { WorkClass } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSimCa } from "../../../sim/src/index.ts";
import { CaConnections } from "../../src/effects/ca-connections.ts";
import { seal } from "../../src/keys/envelope.ts";
import { newKeyLine, parseKeyRing } from "../../src/keys/key-ring.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { SteppedClock } from "../stepped-clock.ts";
import { openSteppedDatabase } from "../stepped-database.ts";
import { insertTestCa } from "../store/fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

test("a customer's order passes those of a campaign at a CA's limit of requests, nonces and all", async () => {
  const clock = new SteppedClock();
  await using copy = await postgres.copy();
  await using database = await openSteppedDatabase(copy.url, clock);
  await using ca = await startSimCa({ now: () => clock.now(), alwaysValid: true });
  await using network = undiciTransport();
  const key = generateAccountKey();
  const { directoryUrl } = ca;
  const registrar = new AcmeClient({ directoryUrl, transport: network, key, now: () => clock.now() });
  const { url } = await registrar.newAccount({ termsOfServiceAgreed: true });
  const ring = parseKeyRing(newKeyLine(new Date(clock.now())));
  const account = { url, key: seal(ring, Buffer.from(key.toPem())), thumbprint: key.thumbprint, contact: [] };
  const caId = await insertTestCa(database.db, { directoryUrl, limitSet: "zerossl", account });
  await using connections = new CaConnections({
    db: database.db,
    keyRing: () => ring,
    clock,
    onRequest: () => {},
    openTransport: () => {
      const transport = undiciTransport();
      return Object.assign((request: Parameters<typeof transport>[0]) => clock.during(transport(request)), {
        [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
      });
    },
  });
  const placed: WorkClass[] = [];
  const order = async (workClass: WorkClass, value: string) => {
    const { client } = await connections.to(caId, workClass);
    await client.newOrder({ identifiers: [{ type: "dns", value }] });
    placed.push(workClass);
  };
  const campaign = Promise.all(Array.from({ length: 60 }, (_, n) => order("campaign", `n${n}.example.test`)));
  await clock.until(clock.wait(2_000, new AbortController().signal));
  const before = placed.length;
  // A directory, a nonce and the order: of every slot but those that campaigns have earned, it has each.
  await clock.until(order("interactive", "customer.example.test"));
  expect(placed.length - before).toBeLessThanOrEqual(3);
  await clock.until(campaign);
  expect(placed).toHaveLength(61);
});
