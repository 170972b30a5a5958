/** Certificates by DNS-01: BIND has the zones, and the CA looks for the proofs there. */
import { Resolver } from "node:dns/promises";
import { parseRange } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bind, startBind } from "../../../../tools/peers/bind.ts";
import { until } from "../../../../tools/peers/until.ts";
import { textsByDns } from "../../../sim/src/index.ts";
import { seal } from "../../src/keys/envelope.ts";
import { insertDnsProvider } from "../../src/store/write/dns-providers.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type IssuingServer, keyRing, startIssuingServer } from "./issuing-server.ts";

let postgres: MigratedPostgres;
let bind: Bind;
let server: IssuingServer;
const resolver = new Resolver({ timeout: 2_000, tries: 2 });

/** Two customers' zones, which are theirs; one leads its proofs into ours, as does `lame`, into a zone of nobody's. */
const zones = {
  "customer.test": ["_acme-challenge 60 IN CNAME customer.test.acme.test."],
  "lame.test": ["_acme-challenge 60 IN CNAME elsewhere.test."],
  "acme.test": [],
  "ours.test": [],
};

beforeAll(async () => {
  postgres = await startMigratedPostgres();
  bind = await startBind(zones);
  resolver.setServers([`127.0.0.1:${bind.port}`]);
  const roots = [{ address: "127.0.0.1", port: bind.port }];
  const allowed = [parseRange("127.0.0.0/8")].filter((range) => range !== null);
  server = await startIssuingServer(
    postgres,
    { textsOf: textsByDns(`127.0.0.1:${bind.port}`) },
    { dns: { resolver: { kind: "authoritative", roots }, allowed, hookDirectory: null } },
    { http: 80, https: 443, dns: bind.port },
  );
  await addProvider("dns", ["acme.test", "ours.test"], bind.key.secret);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await bind[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

async function addProvider(name: string, names: readonly string[], keySecret: string): Promise<void> {
  const provider = {
    name,
    kind: "rfc2136",
    settings: { server: `127.0.0.1:${bind.port}`, keyName: bind.key.name },
    secret: seal(keyRing, Buffer.from(JSON.stringify({ keySecret }))),
    zones: names,
    delegationZone: names[0] === "acme.test" ? "acme.test" : null,
    wildcardsOnly: false,
  } as const;
  const inserted = await server.db
    .transaction()
    .execute((trx) => insertDnsProvider(trx, provider, server.clock.now()));
  expect(inserted).toEqual({ kind: "inserted" });
}

const textsAt = async (name: string) => (await resolver.resolveTxt(name).catch(() => [])).flat();

/** Whoever cleans up is not waited for by an issuance. */
const cleanedUp = () =>
  until({
    what: "the records to be taken away",
    probe: async () => (await server.db.selectFrom("dns_record").select("id").execute()).length === 0,
    within: 60_000,
  });

async function endOf(name: string) {
  const { rows } = await sql<{
    state_kind: string;
    failure_code: string;
    failure_detail: string;
    kinds: string[];
  }>`
    select state_kind, issuance.failure_code, issuance.failure_detail,
      array(select kind from event where issuance_id = issuance.id order by id) as kinds
    from issuance where names[1] = ${name} order by id desc limit 1`.execute(server.db);
  return rows[0];
}

test("a domain and its wildcard: two proofs at one delegated name, which are gone afterwards", async () => {
  await server.enrol("customer.test", "*.customer.test");
  expect(await endOf("customer.test")).toMatchObject({
    state_kind: "issued",
    kinds: expect.arrayContaining(["challenge.published", "challenge.propagated", "validated"]),
  });
  await cleanedUp();
  expect(await textsAt("customer.test.acme.test")).toEqual([]);
});

test("a name in a zone of ours is proven there without a wish", async () => {
  await server.enrol("shop.ours.test");
  expect((await endOf("shop.ours.test"))?.kinds).toContain("challenge.propagated");
  await cleanedUp();
});

test.each([
  ["lame.test", "leads to elsewhere.test"],
  ["nothing.customer.test", "has no CNAME record"],
])("*.%s: it is told that its proof %s, and where it has to lead", async (name, found) => {
  await server.enrol(`*.${name}`);
  const ended = await endOf(`*.${name}`);
  expect(ended).toMatchObject({ failure_code: "dns-delegation-missing" });
  expect(ended?.failure_detail).toBe(
    `*.${name}: _acme-challenge.${name} ${found}; it has to lead to ${name}.acme.test`,
  );
});

test("what the CA does not accept is taken away, too", async () => {
  server.wrong.set("bad.ours.test", "unauthorized");
  await server.enrol("bad.ours.test");
  expect((await endOf("bad.ours.test"))?.kinds).toContain("challenge.published");
  await cleanedUp();
  expect(await textsAt("_acme-challenge.bad.ours.test")).toEqual([]);
});

test("a provider that refuses delays the issuance, and what it may have is taken away when the domain goes", async () => {
  await addProvider("broken", ["broken.test"], Buffer.from("another").toString("base64"));
  const delayed = server.heard("issuance.delayed", "*.broken.test");
  void server.enrol("*.broken.test");
  await delayed;
  const row = await server.db
    .selectFrom("dns_record")
    .select(["zone", "name", "remove_at"])
    .executeTakeFirstOrThrow();
  expect(row).toEqual({ zone: "broken.test", name: "_acme-challenge.broken.test", remove_at: null });
  const { lineage_id } = await server.db
    .selectFrom("domain")
    .select("lineage_id")
    .where("name", "=", "*.broken.test")
    .executeTakeFirstOrThrow();
  await removeLineage(server.db, lineage_id, server.clock.now());
  await until({
    what: "a removal to fail",
    probe: async () => {
      const { failures } = await server.db
        .selectFrom("dns_record")
        .select("failures")
        .executeTakeFirstOrThrow();
      return failures > 0;
    },
    within: 60_000,
  });
});
