/** What the runs in virtual time stand on: the time goes on when nobody has anything to do, and never before. */
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, days, hours, type Instant, instant, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeClockFace } from "../../bench/virtual/clock-face.ts";
import { Conductor } from "../../bench/virtual/conductor.ts";
import { LocalParticipant, rollCallChannel } from "../../bench/virtual/participant.ts";
import { runScenario } from "../../bench/virtual/run-scenario.ts";
import { fullScenario, idle, scaled } from "../../bench/virtual/scenario.ts";
import { openDatabase } from "../../packages/server/src/store/database.ts";
import { type Postgres, startPostgres } from "../../tools/peers/postgres.ts";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres({ access: "socket" });
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const start = instant(Date.parse("2026-12-01T00:00:00Z"));
const never = new AbortController().signal;
const rings = 50;

test("a notification is heard before the time goes on, however long the others would wait", async () => {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-virtual-")));
  const hands = opened.use(makeClockFace(join(directory.path, "clock"), start));
  const place = { kind: "postgresql", url: postgres.url, connections: 2 } as const;
  const [teller, hearer] = [new LocalParticipant(hands), new LocalParticipant(hands)];
  const behind = opened.use(await openDatabase(place));
  const { db } = await teller.watch(behind);
  const heardBy = await hearer.watch(opened.use(await openDatabase(place)));

  const told: Instant[] = [];
  const heard: Instant[] = [];
  let bell = new AbortController();
  await heardBy.listen("certmill_work", () => bell.abort());
  const hear = async (): Promise<void> => {
    while (heard.length < rings) {
      await hearer.clock.wait(hours(6), bell.signal);
      bell = new AbortController();
      heard.push(hearer.clock.now());
    }
  };
  const tell = async (): Promise<void> => {
    for (let ring = 0; ring < rings; ring += 1) {
      await teller.clock.wait(minutes(10), never);
      told.push(teller.clock.now());
      await sql`select pg_notify('certmill_work', '')`.execute(db);
    }
  };
  const acted = Promise.all([hear(), tell()]);
  const conductor = new Conductor({
    hands,
    participants: [teller, hearer],
    callRoll: async (call) => {
      await sql`select pg_notify(${rollCallChannel}, ${String(call)})`.execute(behind.db);
    },
  });
  await conductor.runUntil(after(start, days(1)));
  await acted;
  expect(heard).toEqual(told);
  expect(told.at(-1)).toBe(start + rings * minutes(10));
});

test("customers alone, with two worker processes: each has a certificate in seconds of its time", async () => {
  const scenario = idle(scaled(fullScenario, 200));
  const databaseUrl = await postgres.createDatabase();
  const run = await runScenario({ scenario, databaseUrl, workers: 2, tell: () => {} });
  const seen = `seed ${scenario.seed}: ${JSON.stringify(run.outcome)}`;
  expect(run.outcome.avoidableRefusals, seen).toBe(0);
  expect(run.issued, seen).toBeGreaterThan(20);
  expect(run.outcome.interactiveP99, seen).toBeLessThan(minutes(1));
});
