/** A domain that is changed while it rests, against a CA over the network. */
import { operations } from "@certmill/api";
import { days, milliseconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tools/peers/until.ts";
import { openTestApiOn } from "../http/open-test-api.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { startIssuingServer } from "./issuing-server.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

test("one that was given up gets the certificate for its new names", async () => {
  await using server = await startIssuingServer(postgres);
  const { db, clock, wrong } = server;
  await using api = await openTestApiOn(server.database, { now: () => clock.now() });
  const admin = await api.as("admin");
  const params = { name: "site.example.com" };
  const show = () => admin.call(operations.showDomain, { params });
  for (const name of ["site.example.com", "old.example.com"]) wrong.set(name, "dns");
  await server.enrol("site.example.com", "old.example.com");
  await sql`update lineage set failing_since = failing_since - interval '8 days', unmended_since = unmended_since - interval '8 days',
    wake_at = ${new Date(clock.now())}`.execute(db);
  clock.skip(milliseconds(days(1)));
  await server.restart();
  await until({
    what: "it is given up",
    probe: async () => (await show()).state === "failed",
    within: 60_000,
  });

  wrong.clear();
  const body = { aliases: ["new.example.com"] };
  expect((await admin.call(operations.changeDomain, { params, body })).state).not.toBe("failed");
  await until({
    what: "the certificate",
    probe: async () => (await show()).certificate !== null,
    within: 60_000,
  });
  const { rows } = await sql<{ names: string[] }>`select names from certificate`.execute(db);
  expect(rows).toEqual([{ names: ["site.example.com", "new.example.com"] }]);
  const kinds = (await show()).timeline.map(({ kind }) => kind);
  expect(kinds.indexOf("domain.changed")).toBeGreaterThan(kinds.indexOf("domain.given-up"));
});
