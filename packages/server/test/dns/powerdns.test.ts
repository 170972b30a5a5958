/** PowerDNS' HTTP API, as Debian has it. */
import { Resolver } from "node:dns/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PowerDns, startPowerDns } from "../../../../tools/peers/powerdns.ts";
import { type PowerDnsAccess, powerDns } from "../../src/dns/powerdns.ts";
import { providerSuite } from "./provider-suite.ts";

let peer: PowerDns;
const resolver = new Resolver({ timeout: 2_000, tries: 2 });

beforeAll(async () => {
  peer = await startPowerDns(["zone.test"]);
  resolver.setServers([`127.0.0.1:${peer.port}`]);
});
afterAll(async () => {
  await peer[Symbol.asyncDispose]();
});

const provider = (changes: Partial<PowerDnsAccess> = {}) =>
  powerDns({ url: `${peer.apiUrl}/`, apiKey: peer.apiKey, ...changes });

providerSuite({
  provider,
  textsOf: async (name) => {
    const records = await resolver.resolveTxt(name).catch(() => []);
    return records.map((strings) => strings.join(""));
  },
});

const record = { zone: "zone.test", name: "_acme-challenge.zone.test", text: "text" };

test.each([
  ["a wrong key", { apiKey: "wrong" }, "zone.test", /credentials/],
  ["a zone that it does not have", {}, "other.test", /zone/],
  ["nobody there", { url: "http://127.0.0.1:1" }, "zone.test", /127\.0\.0\.1:1 cannot be reached/],
])("%s: the fault says so, and not the key", async (_, changes, zone, words) => {
  const adding = provider(changes).add({ ...record, zone }, AbortSignal.timeout(20_000));
  await expect(adding).rejects.toThrow(words);
  await expect(adding).rejects.not.toThrow(peer.apiKey);
});
