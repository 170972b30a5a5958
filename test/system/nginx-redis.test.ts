/** A Redis that the agents of a fleet fill behind nginx: a real Redis, a real nginx of another host. */
import { createCipheriv, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Delivery } from "../../packages/edge/src/driver/driver.ts";
import { openNginxDriver } from "../../packages/edge/src/driver/nginx/nginx-driver.ts";
import { SharedCache } from "../../packages/edge/src/driver/nginx/shared-cache.ts";
import { withSharedCache } from "../../packages/edge/src/driver/nginx/with-shared-cache.ts";
import { plainSerial, shakeHands, type Verifies } from "../../packages/edge/src/proof/handshake.ts";
import { eventually } from "../../packages/edge/test/support/eventually.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import type { Nginx } from "../../tools/peers/nginx.ts";
import { type PushNginx, preparePushNginx } from "../../tools/peers/push-nginx.ts";
import { QuickCa, type QuickCertificate } from "../../tools/peers/quick-ca.ts";
import { startRedis } from "../../tools/peers/redis.ts";
import { runCertmill } from "./support/certmill.ts";
import { tellOnFailure } from "./support/tell-on-failure.ts";

const ca = new QuickCa();
const key = randomBytes(32);
const password = "a-password";
const signal = new AbortController().signal;
let opened: AsyncDisposableStack;
let place: PushNginx;
let nginx: Nginx;
let redisPort: number;

beforeAll(async () => {
  await using starting = new AsyncDisposableStack();
  place = starting.use(await preparePushNginx());
  redisPort = await freePort();
  const keyFile = join(place.directory, "redis-key");
  const passwordFile = join(place.directory, "redis-password");
  await writeFile(keyFile, `${key.toString("base64")}\n`);
  await writeFile(passwordFile, `${password}\n`);
  const files = ["--redis-key-file", keyFile, "--redis-password-file", passwordFile];
  const options = ["--apply", "--redis", `127.0.0.1:${redisPort}`, ...files, ...place.installOptions];
  expect(await runCertmill(["edge", "install", "nginx", ...options])).toMatchObject({ code: 0 });
  nginx = starting.use(await place.start(2));
  opened = starting.move();
});
afterAll(() => opened.disposeAsync());

const serialFor = async (name: string, verifies: Verifies = "all") => {
  const shown = await shakeHands({ host: "127.0.0.1", port: place.port, verifies }, name, signal);
  return shown.kind === "served" ? shown.serial : shown.reason;
};

function delivery(lineageId: string, names: readonly string[], made: QuickCertificate): Delivery {
  const notAfter = new Date(Date.now() + 86_400_000).toISOString();
  return {
    lineageId,
    twinOf: null,
    names,
    ref: { certificateId: "1", serial: made.serial, notAfter },
    pair: made,
  };
}

const openCache = () =>
  new SharedCache({ url: `redis://127.0.0.1:${redisPort}`, password, key, log: () => undefined });

test("what another host's agent has put into Redis is served here, and only what it sealed", async () => {
  tellOnFailure({ nginx });
  await using _redis = await startRedis(redisPort, password);
  await using cache = openCache();
  await eventually("Redis is found", () => cache.bootId !== "away");
  const shop = ca.issue("shop.example.com");
  const any = ca.issue("*.any.example.com");
  await cache.put(delivery("7", ["shop.example.com"], shop));
  await cache.put(delivery("8", ["*.any.example.com"], any));
  const many = Array.from({ length: 6 }, () => serialFor("shop.example.com"));
  expect(new Set(await Promise.all(many))).toEqual(new Set([plainSerial(shop.serial)]));
  expect(await serialFor("one.any.example.com")).toBe(plainSerial(any.serial));
  const driver = openNginxDriver({ socket: place.socket });
  expect([...((await driver.list(signal)) ?? [])].map(([id]) => id).toSorted()).toEqual(["7", "8"]);

  const client = await createClient({ url: `redis://127.0.0.1:${redisPort}`, password }).connect();
  try {
    expect(await client.get("certmill:certificate:7")).not.toContain("PRIVATE");
    // In another's place, for another's name, by another key, and rubbish.
    const sealed = (await client.get("certmill:certificate:7")) ?? "";
    const cipher = createCipheriv("aes-256-gcm", randomBytes(32), randomBytes(12));
    const foreign = Buffer.concat([
      randomBytes(12),
      cipher.update("name x"),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    const entries = { 9: sealed, 10: foreign.toString("base64"), 11: "!", 12: "" };
    for (const [lineage, entry] of Object.entries(entries)) {
      await client.set(`certmill:certificate:${lineage}`, entry);
      await client.set(`certmill:name:wrong${lineage}.example.com`, lineage);
    }
    await client.set("certmill:name:stolen.example.com", "7");
    const fallback = await serialFor("nobody.example.com");
    for (const name of [...Object.keys(entries).map((id) => `wrong${id}.example.com`), "stolen.example.com"])
      expect(await serialFor(name), name).toBe(fallback);
  } finally {
    client.destroy();
  }
});

test("of a pair both come out of Redis at once", async () => {
  tellOnFailure({ nginx });
  await using _redis = await startRedis(redisPort, password);
  await using cache = openCache();
  await eventually("Redis is found", () => cache.bootId !== "away");
  const names = ["pair.example.com", "*.pair.example.com"];
  const [ecdsa, rsa] = [ca.issue(...names), ca.issueRsa(...names)];
  await cache.put(delivery("30", names, ecdsa));
  await cache.put({ ...delivery("31", names, rsa), twinOf: "30" });
  // The rest that nginx takes from a Redis that was away.
  await eventually(
    "it is asked again",
    async () => (await serialFor("pair.example.com", "rsa")) === rsa.serial,
  );
  expect(await serialFor("pair.example.com", "ecdsa")).toBe(ecdsa.serial);
  expect(await serialFor("www.pair.example.com", "rsa")).toBe(rsa.serial);
});

test("a Redis that is away keeps nothing from being served, and is filled when it is back", async () => {
  tellOnFailure({ nginx });
  await using cache = openCache();
  const driver = withSharedCache(openNginxDriver({ socket: place.socket }), cache);
  const made = ca.issue("away.example.com");
  const given = delivery("20", ["away.example.com"], made);
  expect(await driver.put(given, signal)).toEqual({ kind: "done" });
  expect(await serialFor("away.example.com")).toBe(plainSerial(made.serial));
  const before = await driver.health(signal);
  expect((await driver.list(signal))?.get("20")).toBe(plainSerial(made.serial));
  await using _redis = await startRedis(redisPort, password);
  await eventually("it is found", () => cache.bootId !== "away");
  expect(await driver.health(signal), "so all is compared").not.toEqual(before);
  expect((await driver.list(signal))?.get("20")).toBe("not in the cache");
  await driver.put(given, signal);
  expect((await driver.list(signal))?.get("20")).toBe(plainSerial(made.serial));
  await driver.remove({ lineageId: "20", names: ["away.example.com"] }, signal);
  expect(await serialFor("away.example.com")).not.toBe(plainSerial(made.serial));
});
