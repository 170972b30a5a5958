/** What lies in Vault is taken over before a first order, and never stands in the way of one: with a sim CA that counts orders. */
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { operations } from "@certmill/api";
import { minutes, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tools/peers/until.ts";
import { newKey, pkcs8, TestFolder, TestIssuer, type Wish } from "../../../cli/test/support/foreign-files.ts";
import { VaultServer } from "../../../edge/test/support/vault-server.ts";
import { keyPem } from "../../src/keys/certificate-key.ts";
import { open } from "../../src/keys/envelope.ts";
import { openTestApiOn } from "../http/open-test-api.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type IssuingServer, keyRing, startIssuingServer } from "./issuing-server.ts";

const issuer = new TestIssuer(Date.now());
const folder = new TestFolder();
let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await postgres[Symbol.asyncDispose]();
});

interface Place extends AsyncDisposable {
  readonly vault: VaultServer;
  readonly server: IssuingServer;
  put(name: string, wish: Partial<Wish> & { readonly keyPem?: string }): string;
}

async function openPlace(): Promise<Place> {
  await using opened = new AsyncDisposableStack();
  const vault = opened.use(await VaultServer.open());
  const file = join(folder.path, "token");
  await writeFile(file, "root");
  const server = opened.use(
    await startIssuingServer(
      postgres,
      {},
      {
        vault: {
          address: vault.address,
          caFile: null,
          namespace: null,
          login: { kind: "token", file },
          mount: "secret",
          prefix: "certmill",
          timeout: seconds(5),
        },
      },
    ),
  );
  const lifetime = opened.move();
  const put: Place["put"] = (name, { keyPem: given, ...wish }) => {
    const made = issuer.issue({ names: [name], ...wish });
    const key = given ?? made.keyPem;
    vault.write(`certmill/${name}`, { certificate: made.leaf, chain: made.chain, private_key: key });
    return key;
  };
  return { vault, server, put, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

const orders = ({ ca }: IssuingServer): number => ca.counts().newOrder;

const told = async ({ db }: IssuingServer, kind: string) =>
  (
    await sql<{ name: string | null; detail: Readonly<Record<string, unknown>> }>`
      select lineage.names[1] as name, detail from event left join lineage on lineage.id = lineage_id
      where kind = ${kind} order by event.id`.execute(db)
  ).rows;

test("what is there is served without an order, its key sealed, and renewed when its time comes", async () => {
  await using place = await openPlace();
  const { server, vault } = place;
  const names = ["shop.example.org", "www.shop.example.org"] as const;
  const key = place.put("shop.example.org", { names });
  const looked = server.heard("vault.looked", "shop.example.org");
  await server.add(...names);
  await looked;
  expect(orders(server)).toBe(0);
  expect(await told(server, "certificate.imported")).toMatchObject([
    { name: "shop.example.org", detail: { from: "secret/certmill/shop.example.org" } },
  ]);
  expect(vault.requests).toEqual(["GET secret/data/certmill/shop.example.org"]);

  await using api = await openTestApiOn(server.database, { now: () => server.clock.now() });
  const edge = await api.as("edge", "default");
  const { items } = await edge.call(operations.edgeSnapshot, { query: {} });
  expect(items).toMatchObject([{ names }]);
  const { rows } = await sql<{ kek_id: string; wrapped_key: Buffer; ciphertext: Buffer; state: string }>`
    select kek_id, wrapped_key, ciphertext, lineage.state from lineage
      join certificate on certificate.id = certificate_id join secret on secret.id = key_secret_id
    where wake_at > now() and not exists (select 1 from vault_look)`.execute(server.db);
  const [row] = rows;
  if (row === undefined) throw new Error("It is not renewed, or still looked for.");
  const sealed = { kekId: row.kek_id, wrappedKey: row.wrapped_key, ciphertext: row.ciphertext };
  expect(keyPem(open(keyRing, sealed))).toBe(key);
});

test("both of a pair are taken over, each from its entry", async () => {
  await using place = await openPlace();
  const { server } = place;
  await sql`update edge_group set paired = true`.execute(server.db);
  const { privateKey: key } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  place.put("pair.example.org", {});
  place.put("pair.example.org-rsa", { names: ["pair.example.org"], key });
  await server.add("pair.example.org");
  const imported = async () => await told(server, "certificate.imported");
  await until({ what: "both", probe: async () => (await imported()).length === 2, within: 60_000 });
  expect((await imported()).map(({ detail }) => detail["from"])).toEqual([
    "secret/certmill/pair.example.org",
    "secret/certmill/pair.example.org-rsa",
  ]);
  expect(orders(server)).toBe(0);
});

test("what is not there, or no good, is ordered; what is no good is told", async () => {
  await using place = await openPlace();
  const { server } = place;
  const bad = {
    "expired.example.org": { from: -90, until: -1 },
    "due.example.org": { from: -80, until: 10 },
    "key.example.org": { keyPem: pkcs8(newKey()) },
    "names.example.org": { names: ["names.example.org", "bank.example.org"] },
  } as const;
  for (const [name, wish] of Object.entries(bad)) place.put(name, wish);
  for (const name of ["new.example.org", ...Object.keys(bad)]) await server.enrol(name);
  expect(orders(server)).toBe(5);
  expect(await told(server, "certificate.imported")).toEqual([]);
  const refused = await told(server, "vault.refused");
  expect(refused.map(({ name, detail }) => [name, detail["code"], detail["place"]])).toEqual([
    ["expired.example.org", "expired", "secret/certmill/expired.example.org"],
    ["due.example.org", "renewal-due", "secret/certmill/due.example.org"],
    ["key.example.org", "key-mismatch", "secret/certmill/key.example.org"],
    ["names.example.org", "other-names", "secret/certmill/names.example.org"],
  ]);
});

test("with Vault away orders are made all the same, and it is told once; when it is back, too", async () => {
  await using place = await openPlace();
  const { server, vault } = place;
  vault.isSealed = true;
  place.put("one.example.org", {});
  await server.enrol("one.example.org");
  await server.enrol("two.example.org");
  expect(orders(server)).toBe(2);
  expect(await told(server, "vault.away")).toMatchObject([
    { detail: { reason: "Vault is sealed, or in maintenance (503)" } },
  ]);
  expect(await told(server, "vault.back")).toEqual([]);
  vault.isSealed = false;
  server.clock.skip(minutes(1));
  place.put("three.example.org", {});
  const looked = server.heard("vault.looked", "three.example.org");
  await server.add("three.example.org");
  await looked;
  expect(orders(server)).toBe(2);
  expect(await told(server, "vault.back")).toHaveLength(1);
});
