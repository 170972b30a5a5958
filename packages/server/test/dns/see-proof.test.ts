/** Where proofs go, seen at real name servers: delegated names and their zones come and go. */
import { instant, milliseconds, parseRange } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { AuthoritativeResolver } from "../../src/checks/authoritative-resolver.ts";
import { dnsExchange } from "../../src/checks/dns-exchange.ts";
import { seeProof } from "../../src/dns/see-proof.ts";
import { type NameServers, startNameServers, zone } from "../checks/name-servers.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type Fleet, startFleet } from "../store/fleet.ts";

const lines = [
  "_acme-challenge.led.test CNAME led.test.acme.test.",
  "_acme-challenge.strange.test CNAME elsewhere.test.",
  "_acme-challenge.far.test CNAME far.silent.test.",
  "silent.test NS ns.silent.test",
  "ns.silent.test A 127.0.0.9",
  "ours.test A 192.0.2.1",
];
const root = zone(".", lines);
const whole = [...root.records];

let postgres: MigratedPostgres;
let fleet: Fleet;
let servers: NameServers;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
  fleet = await startFleet(postgres);
  servers = await startNameServers({ "127.0.0.1": [root] });
  await sql`insert into dns_provider (name, kind, settings, wildcards_only, created_at) values ('hook', 'exec', '{}', false, now())`.execute(
    fleet.db,
  );
  await sql`
    insert into dns_zone (name, provider_id, takes_delegations)
    select zone, id, zone = 'acme.test' from dns_provider, unnest(array['acme.test', 'ours.test']) zone`.execute(
    fleet.db,
  );
});
afterAll(async () => {
  await servers[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});
beforeEach(() => {
  root.records.splice(0, root.records.length, ...whole);
});

function look(name: string) {
  const { port } = servers;
  const resolver = new AuthoritativeResolver({
    exchange: dnsExchange({ udp: milliseconds(400), tcp: milliseconds(1_000) }),
    roots: [{ address: "127.0.0.1", port }],
    port,
    allowed: [parseRange("127.0.0.0/8")].filter((range) => range !== null),
    now: () => instant(Date.parse("2026-11-22T12:00:00Z")),
  });
  return seeProof(fleet.db, resolver)(name, new AbortController().signal);
}

test("a delegated name leads to us while its CNAME record is there", async () => {
  expect(await look("*.led.test")).toEqual({ kind: "ours", name: "led.test.acme.test" });
  root.records.splice(0, 1);
  const target = "led.test.acme.test";
  expect(await look("*.led.test")).toEqual({ kind: "elsewhere", name: "_acme-challenge.led.test", target });
  expect(await look("strange.test")).toMatchObject({ kind: "elsewhere", name: "elsewhere.test" });
});

test("a chain that breaks off on the way tells nothing", async () => {
  expect(await look("far.test")).toMatchObject({ kind: "failed" });
});

test("a zone of ours that is no more is told of the names in it, and not of those that are led into one", async () => {
  expect(await look("shop.ours.test")).toEqual({ kind: "ours", name: "_acme-challenge.shop.ours.test" });
  root.records.splice(
    root.records.findIndex(({ name }) => name === "ours.test"),
    1,
  );
  expect(await look("shop.ours.test")).toEqual({ kind: "no-zone", zone: "ours.test" });
  // There is no zone acme.test at these servers.
  expect(await look("*.led.test")).toMatchObject({ kind: "ours" });
});
