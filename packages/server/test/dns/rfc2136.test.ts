/** Updates by RFC 2136, by BIND as Debian has it. */
import { Resolver } from "node:dns/promises";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bind, startBind } from "../../../../tools/peers/bind.ts";
import type { TextRecord } from "../../src/dns/dns-provider.ts";
import { type Rfc2136Options, rfc2136 } from "../../src/dns/rfc2136/rfc2136.ts";
import { providerSuite } from "./provider-suite.ts";

let bind: Bind;
const resolver = new Resolver({ timeout: 2_000, tries: 2 });
const record: TextRecord = { zone: "zone.test", name: "_acme-challenge.zone.test", text: "text" };

beforeAll(async () => {
  bind = await startBind({ "zone.test": [] });
  resolver.setServers([`127.0.0.1:${bind.port}`]);
});
afterAll(async () => {
  await bind[Symbol.asyncDispose]();
});

const provider = (changes: Partial<Rfc2136Options> = {}, key: Partial<Rfc2136Options["key"]> = {}) =>
  rfc2136({
    server: { host: "127.0.0.1", port: bind.port },
    key: { ...bind.key, secret: Buffer.from(bind.key.secret, "base64"), ...key },
    now: () => Date.now(),
    ...changes,
  });
const add = (changes: Partial<Rfc2136Options>, key: Partial<Rfc2136Options["key"]> = {}, of = record) =>
  provider(changes, key).add(of, AbortSignal.timeout(20_000));

describe("BIND", () => {
  providerSuite({
    provider,
    textsOf: async (name) => {
      const records = await resolver.resolveTxt(name).catch(() => []);
      return records.map((strings) => strings.join(""));
    },
  });

  test.each([
    ["another secret", {}, { secret: Buffer.from("another") }, /BADSIG/],
    ["a key it does not know", {}, { name: "nobody.test" }, /BADKEY/],
    ["a clock that is an hour ahead", { now: () => Date.now() + 3_600_000 }, {}, /BADTIME.*clocks/],
    ["no key", { key: null }, {}, /REFUSED/],
  ])("%s: the fault says so", async (_, changes, key, words) => {
    await expect(add(changes, key)).rejects.toThrow(words);
  });

  test("a zone that it does not have, and a name that is not in the zone", async () => {
    await expect(add({}, {}, { ...record, zone: "other.test" })).rejects.toThrow(/NOTAUTH/);
    await expect(add({}, {}, { ...record, name: "_acme-challenge.other.test" })).rejects.toThrow(/NOTZONE/);
  });
});

describe("a server that is none", () => {
  test.each([
    ["says nothing and hangs up", Buffer.alloc(0), /closed the connection/],
    ["sends less than a message", Buffer.from([0, 2, 1, 2]), /something else/],
    ["answers unsigned", "echo", /not signed/],
  ])("%s", async (_, reply, words) => {
    await using server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (asked) => {
        if (reply !== "echo") return void socket.end(reply);
        const header = Buffer.from(asked.subarray(0, 14));
        header.writeUInt16BE(12, 0);
        header.fill(0, 4);
        socket.end(header);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await expect(add({ server: { host: "127.0.0.1", port } })).rejects.toThrow(words);
  });

  test("nobody listens", async () => {
    await expect(add({ server: { host: "127.0.0.1", port: 1 } })).rejects.toThrow(/cannot be reached/);
  });
});
