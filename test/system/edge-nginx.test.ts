/** nginx in push mode, set up by the command, filled by the driver, asked by handshakes. One nginx, two workers. */
import { spawnSync } from "node:child_process";
import { readFile, stat, writeFile } from "node:fs/promises";
import { connect as openSocket } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Delivery } from "../../packages/edge/src/driver/driver.ts";
import { openNginxDriver } from "../../packages/edge/src/driver/nginx/nginx-driver.ts";
import { shakeHands, type Verifies } from "../../packages/edge/src/proof/handshake.ts";
import { seededRandom } from "../../packages/sim/src/random.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import type { Nginx } from "../../tools/peers/nginx.ts";
import { type PushNginx, preparePushNginx } from "../../tools/peers/push-nginx.ts";
import { QuickCa, type QuickCertificate } from "../../tools/peers/quick-ca.ts";
import { servedBy, servedByAll } from "./edge-nginx/served-by.ts";
import { runCertmill } from "./support/certmill.ts";
import { tellOnFailure } from "./support/tell-on-failure.ts";

const ca = new QuickCa();
const signal = new AbortController().signal;

let opened: AsyncDisposableStack;
let place: PushNginx;
let rollBack: { readonly url: string; readonly http: string };
let nginx: Nginx;
let driver: ReturnType<typeof openNginxDriver>;

beforeAll(async () => {
  await using starting = new AsyncDisposableStack();
  place = starting.use(await preparePushNginx());
  // So few parsed ones that they make room for each other.
  const options = ["nginx", "--apply", "--memory", "400k", "--parsed", "3", ...place.installOptions];
  expect(await runCertmill(["edge", "install", ...options])).toMatchObject({ code: 0 });
  rollBack = await prepareRollBack();
  nginx = await place.start(2, { http: rollBack.http });
  starting.defer(() => nginx[Symbol.asyncDispose]());
  driver = openNginxDriver({ socket: place.socket });
  opened = starting.move();
});

afterAll(() => opened.disposeAsync());

test("what is put is served to its names, wildcards to one label, and nothing to others", async () => {
  tellOnFailure({ nginx });
  expect((await served("shop.example.com")).subject).toBe("certmill fallback");
  const shop = ca.issue("shop.example.com", "www.shop.example.com");
  const any = ca.issue("*.any.example.com");
  expect(await put("shop", shop)).toEqual({ kind: "done" });
  expect(await put("any", any)).toEqual({ kind: "done" });

  // The name that was unknown a moment ago is served at once.
  expect(await served("shop.example.com")).toMatchObject({ serial: shop.serial, chain: 2 });
  expect((await served("WWW.Shop.example.com")).serial).toBe(shop.serial);
  expect((await served("one.any.example.com")).serial).toBe(any.serial);
  const own = ca.issue("own.any.example.com");
  await put("own", own);
  expect((await served("own.any.example.com")).serial, "its own before the wildcard's").toBe(own.serial);
  for (const name of ["any.example.com", "two.one.any.example.com", "other.example.com", null]) {
    expect((await served(name)).subject, String(name)).toBe("certmill fallback");
  }
  const address = ca.issue("127.0.0.1");
  await put("address", address);
  expect((await served(null)).serial, "who asks for an address sends no name").toBe(address.serial);
  await clear("shop", "any", "own", "address");
});

test("of a pair each client gets the certificate that it can verify, with its chain", async () => {
  tellOnFailure({ nginx });
  const names = ["pair.example.com", "*.pair.example.com"];
  const [ecdsa, rsa, renewed] = [ca.issue(...names), ca.issueRsa(...names), ca.issueRsa(...names)];
  const shown = (verifies: Verifies, name = "pair.example.com") =>
    shakeHands({ host: "127.0.0.1", port: place.port, verifies }, name, signal);
  const serial = ({ serial: hex }: QuickCertificate) => ({ kind: "served", serial: hex });
  await put("pair", ecdsa);
  expect(await shown("rsa")).toMatchObject({ kind: "failed" });
  expect(await putTwin("twin", rsa, "pair")).toEqual({ kind: "done" });
  for (const name of ["pair.example.com", "x.pair.example.com"]) {
    expect(await shown("rsa", name)).toEqual(serial(rsa));
    expect(await shown("ecdsa", name)).toEqual(serial(ecdsa));
    // Who verifies both has the one that its cipher suites prefer.
    expect([serial(ecdsa), serial(rsa)]).toContainEqual(await shown("all", name));
  }
  expect((await served("pair.example.com")).chain).toBe(2);
  await putTwin("twin", renewed, "pair");
  expect(await shown("rsa")).toEqual(serial(renewed));
  const delivery = { ...deliveryOf("twin", renewed), twinOf: "pair" };
  expect(await driver.load(streamed([deliveryOf("pair", ecdsa), delivery]), signal)).toEqual({
    kind: "done",
  });
  expect(await shown("rsa")).toEqual(serial(renewed));
  await clear("twin");
  expect(await shown("rsa")).toMatchObject({ kind: "failed" });
  expect(await shown("ecdsa")).toEqual(serial(ecdsa));
  await clear("pair");
});

test("a renewal is served by every worker from the next handshake on, and by none before", async () => {
  tellOnFailure({ nginx });
  let current = ca.issue("renewed.example.com");
  await put("renewed", current);
  for (let round = 0; round < 3; round += 1) {
    for (const { serial } of await byAllWorkers("renewed.example.com")) expect(serial).toBe(current.serial);
    current = ca.issue("renewed.example.com");
    expect(await put("renewed", current)).toEqual({ kind: "done" });
  }
  for (const { serial } of await byAllWorkers("renewed.example.com")) expect(serial).toBe(current.serial);
  await clear("renewed");
});

test("while it is renewed again and again no handshake gets anything but the old or the new", async () => {
  tellOnFailure({ nginx });
  const generations = Array.from({ length: 40 }, () => ca.issue("busy.example.com"));
  const serials = generations.map(({ serial }) => serial);
  await put("busy", generations[0]);
  const renewals = { next: 1 };
  const renew = async (): Promise<void> => {
    for (; renewals.next < generations.length; renewals.next += 1) {
      expect(await put("busy", generations[renewals.next])).toEqual({ kind: "done" });
    }
  };
  const shake = async (): Promise<void> => {
    while (renewals.next < generations.length) {
      const atLeast = renewals.next - 1;
      const position = serials.indexOf((await served("busy.example.com")).serial);
      expect(position).toBeGreaterThanOrEqual(atLeast);
    }
  };
  await Promise.all([renew(), shake(), shake()]);
  await clear("busy");
});

test("a name that a lineage has no more is served no more, and one that moved is its new lineage's", async () => {
  tellOnFailure({ nginx });
  await put("old", ca.issue("moves.example.com", "goes.example.com", "stays.example.com"));
  const renewed = ca.issue("moves.example.com", "stays.example.com");
  await put("old", renewed);
  expect((await served("goes.example.com")).subject).toBe("certmill fallback");
  expect((await served("stays.example.com")).serial).toBe(renewed.serial);

  const mover = ca.issue("moves.example.com");
  await put("a-lineage-with-a-longer-id", mover);
  await clear("old");
  expect((await served("stays.example.com")).subject).toBe("certmill fallback");
  expect((await served("moves.example.com")).serial, "it is not the removed lineage's").toBe(mover.serial);
  await clear("a-lineage-with-a-longer-id");
  expect(await driver.remove({ lineageId: "old", names: [] }, signal), "twice").toEqual({ kind: "done" });
});

test("what cannot be served is refused with the reason, and what was served stays", async () => {
  tellOnFailure({ nginx });
  const good = ca.issue("good.example.com");
  const other = ca.issue("good.example.com");
  await put("good", good);
  const [leaf = ""] = good.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/);
  const cases: readonly (readonly [reason: string, faulty: Partial<QuickCertificate>])[] = [
    ["its key is not the certificate's", { keyPem: other.keyPem }],
    ["it has no private key", { keyPem: "" }],
    ["it has more than one key", { keyPem: good.keyPem + good.keyPem }],
    ["it has no certificate", { chainPem: "" }],
    [
      "its certificate cannot be parsed",
      { chainPem: leaf.replaceAll(/\nMII.{20}/g, "\nMIIAAAAAAAAAAAAAAAAAAAA") },
    ],
    ["its key cannot be parsed", { keyPem: good.keyPem.replace(/\nMI.{20}/, "\nMIAAAAAAAAAAAAAAAAAAAA") }],
    [
      "number 2 of its chain cannot be parsed",
      { chainPem: `${leaf}${leaf.replace(/\nMI.{9}/, "\nMIAAAAAAAAA")}` },
    ],
    ["its PEM is not whole", { chainPem: good.chainPem.slice(0, -10) }],
    ["no names were given", { names: [] }],
    ["a name is not lower-case ASCII: Good.example.com", { names: ["Good.example.com"] }],
    ["it is larger than nginx takes (client_max_body_size)", { chainPem: good.chainPem.repeat(300) }],
  ];
  for (const [reason, faulty] of cases) {
    expect(await put("good", { ...good, serial: "1", ...faulty })).toEqual({ kind: "refused", reason });
  }
  expect((await served("good.example.com")).serial).toBe(good.serial);
  await clear("good");
});

test("a reload keeps everything; a restart loses it, says so, and is filled again", async () => {
  tellOnFailure({ nginx });
  const kept = Array.from({ length: 20 }, (_, i) => ca.issue(`kept-${i}.example.com`));
  const deliveries = kept.map((certificate, i) => deliveryOf(`kept-${i}`, certificate));
  await put("stray", ca.issue("stray.example.com"));
  expect(await driver.load(streamed(deliveries), signal)).toEqual({ kind: "done" });
  const listed = await driver.list(signal);
  expect(listed, "what is not among all is gone").toEqual(
    new Map(kept.map(({ serial }, i) => [`kept-${i}`, serial])),
  );
  const before = await driver.health(signal);
  expect(before).toEqual({ kind: "up", bootId: expect.stringMatching(/^[0-9a-f]{32}$/) });

  await nginx.reload();
  expect(await driver.health(signal)).toEqual(before);
  expect((await served("kept-7.example.com")).serial).toBe(kept[7]?.serial);

  await nginx[Symbol.asyncDispose]();
  expect(await driver.health(signal)).toMatchObject({
    kind: "away",
    reason: expect.stringMatching(/nginx does not run/),
  });
  expect(await put("late", ca.issue("late.example.com"))).toMatchObject({ kind: "away" });
  expect(await driver.load(streamed(deliveries), signal)).toMatchObject({ kind: "away" });
  expect(await driver.list(signal)).toBeNull();
  nginx = await place.start(2, { http: rollBack.http });
  const after = await driver.health(signal);
  expect(after).toMatchObject({ kind: "up" });
  expect(after).not.toEqual(before);
  expect(await driver.list(signal)).toEqual(new Map());
  expect(await driver.load(streamed(deliveries), signal)).toEqual({ kind: "done" });
  expect(await driver.list(signal)).toEqual(listed);

  const main = join(place.directory, "conf.d/certmill.conf");
  await writeFile(main, (await readFile(main, "utf8")).replace(" 400k;", " 440k;"));
  await nginx.reload();
  const resized = await driver.health(signal);
  expect(resized).toMatchObject({ kind: "up" });
  expect(resized, "memory of another size is empty").not.toEqual(after);
  expect(await driver.list(signal)).toEqual(new Map());
});

test("changes from all sides at once leave what was put last, and nothing else", async () => {
  tellOnFailure({ nginx });
  const lineages = Array.from({ length: 12 }, (_, i) => `l${i}`);
  const wanted = new Map<string, QuickCertificate>();
  await Promise.all(
    lineages.map(async (lineage, seed) => {
      const random = seededRandom(seed);
      for (let step = 0; step < 12; step += 1) {
        if (random() < 0.25) {
          await clear(lineage);
          wanted.delete(lineage);
        } else {
          const names = ["a", "b", "c"]
            .filter(() => random() < 0.6)
            .map((part) => `${part}.${lineage}.example.com`);
          const certificate = ca.issue(`${lineage}.example.com`, ...names);
          expect(await put(lineage, certificate)).toEqual({ kind: "done" });
          wanted.set(lineage, certificate);
        }
      }
    }),
  );
  expect(await driver.list(signal)).toEqual(new Map([...wanted].map(([id, { serial }]) => [id, serial])));
  for (const lineage of lineages) {
    const certificate = wanted.get(lineage);
    for (const name of ["", "a.", "b.", "c."].map((part) => `${part}${lineage}.example.com`)) {
      const isServed = certificate?.names.includes(name) === true;
      expect((await served(name)).serial === certificate?.serial, name).toBe(isServed);
    }
  }
  await clear(...lineages);
});

test("what finds no room is rolled back to the last byte", async () => {
  tellOnFailure({ nginx });
  const seeds = Array.from({ length: 40 }, (_, i) => i + 1);
  for (const seed of seeds) {
    const answer = await (await fetch(`${rollBack.url}?seed=${seed}`)).text();
    expect(answer, `seed ${seed}`).toMatch(/^full after \d+: $/m);
  }
});

test("only the agent's user comes to the door", async () => {
  expect((await stat(dirname(place.socket))).mode & 0o777).toBe(0o700);
  if (process.getuid?.() !== 0) return;
  const isReached = (uid: number): boolean =>
    spawnSync("/usr/bin/test", ["-S", place.socket], { uid, gid: uid }).status === 0;
  expect(isReached(0)).toBe(true);
  expect(isReached(65_534)).toBe(false);
});

test("the door answers garbage with a clear no", async () => {
  for (const [request, status] of [
    ["GET /v1/certificates?from=-1", 400],
    ["GET /v1/certificates?from=x", 400],
    ["POST /v1/health", 405],
    ["PATCH /v1/certificates/1", 405],
    ["GET /v1/certificates/a%2Fb", 404],
    ["GET /v1/certificates/none", 404],
    ["GET /v1/names/none.example.com", 404],
    ["GET /", 404],
  ] as const) {
    expect(await rawStatus(request), request).toBe(status);
  }
});

test("full memory is said, takes nothing away, and does not keep anything from being removed", async () => {
  tellOnFailure({ nginx });
  const first = ca.issue("first.example.com");
  expect(await put("first", first)).toEqual({ kind: "done" });
  const one = ca.issue("filler.example.com");
  const fillers: string[] = [];
  let outcome = await put("first", first);
  while (outcome.kind === "done" && fillers.length < 2_000) {
    const id = `filler-${fillers.length}`;
    outcome = await put(id, { ...one, names: [`${id}.example.com`] });
    if (outcome.kind === "done") fillers.push(id);
  }
  expect(outcome).toMatchObject({ kind: "refused", reason: expect.stringMatching(/shared memory is full/) });
  expect(fillers.length).toBeGreaterThan(50);

  // As many names as make it larger than what any removed one leaves.
  const many = Array.from({ length: 80 }, (_, i) => `n${i}.first.example.com`);
  const larger = ca.issue("first.example.com", ...many);
  expect(await put("first", larger)).toMatchObject({ kind: "refused" });
  expect((await served("first.example.com")).serial).toBe(first.serial);
  expect((await served("n0.first.example.com")).subject).toBe("certmill fallback");
  const listed = await driver.list(signal);
  expect([...(listed?.keys() ?? [])].toSorted()).toEqual(["first", ...fillers].toSorted());
  expect((await served(`${fillers.at(-1)}.example.com`)).serial).toBe(one.serial);

  await clear(...fillers);
  expect(await put("first", larger)).toEqual({ kind: "done" });
  expect((await served("n0.first.example.com")).serial).toBe(larger.serial);
  expect(await driver.list(signal)).toEqual(new Map([["first", larger.serial]]));
});

/** A server that tries the journal on a dictionary of its own. */
async function prepareRollBack(): Promise<{ readonly url: string; readonly http: string }> {
  const port = await freePort();
  const script = join(import.meta.dirname, "edge-nginx/roll-back.lua");
  const server = `listen 127.0.0.1:${port}; location / { content_by_lua_file ${script}; }`;
  return { url: `http://127.0.0.1:${port}/`, http: `lua_shared_dict small 128k;\nserver { ${server} }` };
}

const served = (name: string | null) => servedBy(place.port, name);
const byAllWorkers = (name: string) => servedByAll(place.port, name);

function deliveryOf(lineageId: string, certificate: QuickCertificate): Delivery {
  const { names, serial, notAfter, chainPem, keyPem } = certificate;
  const ref = { certificateId: "1", serial, notAfter };
  return { lineageId, names, twinOf: null, ref, pair: { chainPem, keyPem } };
}

async function put(lineageId: string, certificate: QuickCertificate | undefined) {
  if (certificate === undefined) throw new Error("There is nothing to put.");
  return driver.put(deliveryOf(lineageId, certificate), signal);
}

const putTwin = (lineageId: string, certificate: QuickCertificate, twinOf: string) =>
  driver.put({ ...deliveryOf(lineageId, certificate), twinOf }, signal);

async function clear(...lineageIds: readonly string[]): Promise<void> {
  for (const lineageId of lineageIds) {
    expect(await driver.remove({ lineageId, names: [] }, signal)).toEqual({ kind: "done" });
  }
}

async function* streamed<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

/** Of a request that is sent as it stands. */
function rawStatus(request: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(place.socket, () => socket.write(`${request} HTTP/1.0\r\n\r\n`));
    let text = "";
    socket.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    socket.once("error", reject).once("end", () => resolve(Number(text.split(" ")[1])));
  });
}
