/** Processes that look for each other, through a real database, at real name and web servers on loopback. */
import { createServer } from "node:http";
import { type AddressRange, parseRange } from "@certmill/domain";
import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../../tools/peers/free-port.ts";
import { checkTokens } from "../../src/challenge/check-token.ts";
import { systemClock } from "../../src/clock.ts";
import { type Checking, composeChecks } from "../../src/compose-checks.ts";
import { readVantages } from "../../src/store/check/vantage-looks.ts";
import { openDatabase } from "../../src/store/database.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { startNameServers, zone } from "./name-servers.ts";

const tokens = checkTokens("00000000-0000-4000-8000-000000000000");
const ranges = (...texts: string[]): AddressRange[] =>
  texts.map(parseRange).filter((range) => range !== null);
const never = new AbortController().signal;

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

/** A platform that answers on `ports.open`, and nothing at `ports.closed`: a place from where it cannot be reached. */
async function startPlatform() {
  await using opened = new AsyncDisposableStack();
  const { url } = opened.use(await postgres.copy());
  const ports = { open: await freePort(), closed: await freePort() };
  const names = opened.use(
    await startNameServers({ "127.0.0.1": [zone(".", ["shop.test A 127.0.0.1", "blog.test A 127.0.0.1"])] }),
  );
  const server = createServer((request, response) =>
    response.end(tokens.answerTo(request.url?.split("/").at(-1) ?? "")),
  );
  await new Promise<void>((resolve) => server.listen(ports.open, "127.0.0.1", resolve));
  opened.defer(() => new Promise((resolve) => server.close(() => resolve(undefined)).closeAllConnections()));
  const watching = opened.use(await openDatabase({ kind: "postgresql", url, connections: 2 }));
  const lifetime = opened.move();
  const process = async (vantageName: string | null, http: number): Promise<Checking> => {
    const database = lifetime.use(await openDatabase({ kind: "postgresql", url, connections: 3 }));
    return lifetime.use(
      await composeChecks({
        config: {
          ingress: { ours: ranges("127.0.0.1"), proxies: [] },
          allowed: ranges("127.0.0.0/8"),
          vantageName,
          resolver: { kind: "authoritative", roots: [{ address: "127.0.0.1", port: names.port }] },
        },
        database,
        clock: systemClock,
        tokens,
        ports: { http, https: 1, dns: names.port },
        log: pino({ level: "silent" }),
      }),
    );
  };
  return {
    ports,
    process,
    db: watching.db,
    vantages: () => readVantages(watching.db, systemClock.now()),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

type Platform = Awaited<ReturnType<typeof startPlatform>>;

/** Until they have announced themselves. */
async function announced({ vantages }: Platform, names: readonly string[]): Promise<void> {
  while ((await vantages()).join() !== names.join()) await new Promise(setImmediate);
}

const told = async ({ check }: Checking, name = "shop.test"): Promise<string[]> =>
  (await check({ names: [name], byDns: [], byTls: [] }, [], never)).findings.map(
    ({ code, weight, seenFrom }) => `${code} ${weight} ${seenFrom.join(",")}`,
  );

test("what fails from here alone holds no order back; what fails elsewhere is told with the place", async () => {
  await using platform = await startPlatform();
  const { ports, process } = platform;
  await using paris = await process("paris", ports.open);
  await announced(platform, ["paris"]);
  await using walled = await process(null, ports.closed);
  expect(await told(walled)).toEqual(["probe-unreachable notice here"]);
  await using tokyo = await process("tokyo", ports.closed);
  await announced(platform, ["paris", "tokyo"]);
  await using worker = await process(null, ports.open);
  expect(await told(worker)).toEqual(["probe-unreachable notice tokyo"]);
  // A vantage point that makes a check itself does not ask itself.
  expect(await told(paris)).toEqual(["probe-unreachable fault tokyo"]);
  expect(await told(tokyo, "blog.test")).toEqual(["probe-unreachable notice here"]);
  const { rows } = await sql`select * from vantage_look`.execute(platform.db);
  expect(rows).toEqual([]);
});

test("many names at once are looked at by each, and one who stops is asked no more", async () => {
  await using platform = await startPlatform();
  const { ports, process } = platform;
  const points = [await process("paris", ports.open), await process("tokyo", ports.open)];
  await announced(platform, ["paris", "tokyo"]);
  await using worker = await process(null, ports.open);
  const names = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? "shop.test" : "blog.test"));
  expect(await Promise.all(names.map((name) => told(worker, name)))).toEqual(names.map(() => []));
  for (const point of points) await point[Symbol.asyncDispose]();
  expect(await platform.vantages()).toEqual([]);
  await using alone = await process(null, ports.closed);
  expect(await told(alone)).toEqual(["probe-unreachable fault "]);
});

test("a check that is broken off leaves nothing behind", async () => {
  await using platform = await startPlatform();
  const { ports, process, db } = platform;
  // It announces itself and never looks: it was killed.
  await sql`insert into vantage (name, seen_at) values ('dead', now())`.execute(db);
  await using worker = await process(null, ports.open);
  const end = new AbortController();
  const checking = worker.check({ names: ["shop.test"], byDns: [], byTls: [] }, [], end.signal);
  const asked = async () => (await sql`select 1 from vantage_look`.execute(db)).rows.length;
  while ((await asked()) === 0) await new Promise(setImmediate);
  end.abort(new Error("The process stops."));
  await expect(checking).rejects.toThrow("The process stops.");
  expect(await asked()).toBe(0);
});
