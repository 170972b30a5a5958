/** Certificate profiles, at a CA that offers two: the certificates tell. */
import { type DnsName, hours } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addLineages } from "../../src/store/write/add-lineages.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { usualTerms } from "../store/usual-terms.ts";
import { type IssuingServer, startIssuingServer } from "./issuing-server.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const shortLife = hours(160);

/** @returns whether its certificate is of the short-lived profile. */
async function isShort(server: IssuingServer, name: string, profile: string | null): Promise<boolean> {
  const stored = server.heard("certificate.stored", name);
  const { ca_id: caId } = await server.db.selectFrom("account").select("ca_id").executeTakeFirstOrThrow();
  await addLineages(
    server.db,
    [{ names: [name as DnsName], tenantId: null }],
    { ...usualTerms(caId), profile },
    server.clock.now(),
  );
  await stored;
  const { not_before: from, not_after: to } = await server.db
    .selectFrom("certificate")
    .select(["not_before", "not_after"])
    .where(sql<boolean>`names[1] = ${name}`)
    .executeTakeFirstOrThrow();
  return to - from <= shortLife;
}

const usual = async ({ db }: IssuingServer, profile: string | null): Promise<void> => {
  await db.updateTable("ca").set({ profile }).execute();
};

test("an order asks for what its domain wishes for, else for what is usual at the CA", async () => {
  await using server = await startIssuingServer(postgres);
  expect(await isShort(server, "plain.example", null)).toBe(false);
  expect(await isShort(server, "wish.example", "shortlived")).toBe(true);
  await usual(server, "shortlived");
  expect(await isShort(server, "usual.example", null)).toBe(true);
  expect(await isShort(server, "other.example", "classic")).toBe(false);
});

test("a profile that the CA has given up holds nobody up", async () => {
  await using server = await startIssuingServer(postgres);
  // As it was when the directory was last looked at.
  await server.db
    .updateTable("ca")
    .set({ profiles: ["classic", "weekly"], profile: "weekly" })
    .execute();
  expect(await isShort(server, "usual.example", null)).toBe(false);
  expect(await isShort(server, "wish.example", "weekly")).toBe(false);
  expect(await isShort(server, "unheard-of.example", "monthly")).toBe(false);
});

test("IP addresses are validated by HTTP, and are in certificates of the profile that has them", async () => {
  await using server = await startIssuingServer(postgres, { limits: "letsencrypt" });
  await usual(server, "classic");
  for (const address of ["198.41.0.4", "2001:503:ba3e::2:30"]) {
    expect(await isShort(server, address, null)).toBe(true);
    const { rows } = await sql<{ names: string[] }>`
      select names from certificate where names[1] = ${address}`.execute(server.db);
    expect(rows).toEqual([{ names: [address] }]);
  }
  expect(await isShort(server, "plain.example.org", null)).toBe(false);
});
