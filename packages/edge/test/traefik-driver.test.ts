/** The document for Traefik's HTTP provider, and a proxy that asks for it as Traefik does; Traefik itself is not run. */
import { afterAll, expect, test, vi } from "vitest";
import type { Delivery } from "../src/driver/driver.ts";
import { openTraefikDriver, type TraefikOptions } from "../src/driver/traefik/open-traefik-driver.ts";
import type { EdgeEvent } from "../src/log/edge-event.ts";
import { plainSerial, shakeHands } from "../src/proof/handshake.ts";
import { driveAgent } from "./support/driven-agent.ts";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import { get } from "./support/get.ts";
import { PollingProxy } from "./support/polling-proxy.ts";
import { TestCa, type TestCertificate } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

const names = ["shop.example.com"];
const first = ca.issue(names);
const second = ca.issue(names);
const other = ca.issue(["other.example.com"]);
const signal = new AbortController().signal;

const openDriver = (part: Partial<TraefikOptions> = {}) =>
  openTraefikDriver({
    host: "127.0.0.1",
    port: 0,
    secret: null,
    challenges: null,
    log: () => undefined,
    ...part,
  });

function delivery(lineageId: string, made: TestCertificate): Delivery {
  const { serial, notAfter, chainPem, keyPem } = made;
  const ref = { certificateId: `${lineageId}1`, serial, notAfter };
  return { lineageId, names, twinOf: null, ref, pair: { chainPem, keyPem } };
}

async function* each(...deliveries: readonly Delivery[]): AsyncGenerator<Delivery, void, undefined> {
  yield* deliveries;
}

const documentOf = ({ port }: { readonly port: number }) => get({ port, path: "/configuration" });
const entryOf = ({ chainPem, keyPem }: TestCertificate) => ({ certFile: chainPem, keyFile: keyPem });

test("until the certificates are known there is no document; an empty one would take all away", async () => {
  await using driver = await openDriver();
  expect((await documentOf(driver)).status).toBe(503);
  await driver.put(delivery("2", other), signal);
  expect((await documentOf(driver)).status).toBe(503);
  await driver.load(each(), signal);
  expect(await documentOf(driver)).toEqual({ status: 200, type: "application/json", body: "{}\n" });
});

test("all certificates are in it, inline, with the one router for challenges", async () => {
  const responders = ["http://10.0.0.1:8402", "http://10.0.0.2:8402"];
  await using driver = await openDriver({ challenges: { responders, entryPoint: "web" } });
  await driver.load(each(delivery("2", other), delivery("1", first)), signal);
  const { body } = await documentOf(driver);
  expect(JSON.parse(body)).toEqual({
    http: {
      routers: {
        "certmill-challenge": {
          rule: "PathPrefix(`/.well-known/acme-challenge/`)",
          priority: 100_000,
          entryPoints: ["web"],
          service: "certmill-responder",
        },
      },
      services: {
        "certmill-responder": {
          loadBalancer: {
            passHostHeader: true,
            healthCheck: {
              path: "/.well-known/acme-challenge/",
              status: 404,
              interval: "2s",
              timeout: "1s",
            },
            servers: responders.map((url) => ({ url })),
          },
        },
      },
    },
    tls: { certificates: [entryOf(first), entryOf(other)] },
  });
});

test("the same certificates are the same bytes, whatever order they came in", async () => {
  await using one = await openDriver();
  await using another = await openDriver();
  await one.load(each(delivery("1", first), delivery("2", other)), signal);
  await another.load(each(delivery("2", other)), signal);
  await another.put(delivery("1", second), signal);
  expect((await documentOf(another)).body).not.toBe((await documentOf(one)).body);
  await another.put(delivery("1", first), signal);
  expect((await documentOf(another)).body).toBe((await documentOf(one)).body);
  await another.remove({ lineageId: "1", names }, signal);
  expect(JSON.parse((await documentOf(another)).body)).toEqual({ tls: { certificates: [entryOf(other)] } });
  expect([...((await another.list(signal)) ?? [])].map(([id]) => id)).toEqual(["2"]);
});

test("of a pair the RSA certificate is in it, as soon as that has all names, and proves both; it is warned of once", async () => {
  const events: EdgeEvent[] = [];
  const [rsa, wider] = [ca.issueRsa(names), ca.issue([...names, "new.example.com"])];
  await using driver = await openDriver({ log: (event) => events.push(event) });
  const certificates = async () => JSON.parse((await documentOf(driver)).body).tls.certificates;
  const twin = { ...delivery("2", rsa), twinOf: "1" };
  await driver.load(each(twin, delivery("1", first)), signal);
  await driver.put(twin, signal);
  expect(await certificates()).toEqual([entryOf(rsa)]);
  await driver.put({ ...delivery("1", wider), names: [...names, "new.example.com"] }, signal);
  expect(await certificates()).toEqual([entryOf(wider), entryOf(rsa)]);
  await driver.put(delivery("1", first), signal);
  await driver.remove({ lineageId: "2", names }, signal);
  expect(await certificates()).toEqual([entryOf(first)]);
  expect(events.filter(({ kind }) => kind === "warning")).toEqual([
    { kind: "warning", warning: expect.stringMatching(/as of shop\.example\.com, it is given the RSA one/) },
  ]);
});

test("both of a pair have receipts while the RSA one is served for them", async () => {
  await using server = await EdgeServer.open();
  let port = 0;
  const { proxy: opened, address } = await PollingProxy.open(() => ({ port, path: "/configuration" }));
  await using _proxy = opened;
  const rsa = ca.issueRsa(names);
  server.put("1", "11", names, first);
  server.put("2", "21", names, { ...rsa, twinOf: "1" });
  await using _agent = await driveAgent({
    server,
    onePerName: true,
    openDriver: async () => {
      const driver = await openDriver({ port });
      port = driver.port;
      return driver;
    },
    proveAt: address,
  });
  await eventually("both are proved", () => server.served().length === 2);
  server.put("1", "12", names, second);
  await eventually("the P-256 one is renewed behind it", () => server.served().includes("12"));
  expect(await shakeHands(address, "shop.example.com", signal)).toEqual({
    kind: "served",
    serial: plainSerial(rsa.serial),
  });
  server.remove("2");
  await eventually("the P-256 one is served again", async () => {
    const shown = await shakeHands(address, "shop.example.com", signal);
    return shown.kind === "served" && shown.serial === plainSerial(second.serial);
  });
});

test("a proxy that asks now and then serves what is stored, renewed and removed, and keeps it while the agent is away", async () => {
  await using server = await EdgeServer.open();
  let port = 0;
  const { proxy: opened, address } = await PollingProxy.open(() => ({ port, path: "/configuration" }));
  await using _proxy = opened;
  const openAt = async () => {
    const driver = await openDriver({ port });
    port = driver.port;
    return driver;
  };
  server.put("1", "11", names, first);
  {
    await using _agent = await driveAgent({ server, openDriver: openAt, proveAt: address });
    await eventually("the first is proved", () => server.served().includes("11"));
    server.put("1", "12", names, second);
    await eventually("the renewed one is", () => server.served().includes("12"));
  }
  expect(await shakeHands(address, "shop.example.com", signal), "no agent is there").toEqual({
    kind: "served",
    serial: plainSerial(second.serial),
  });
  const receipts = server.receipts.length;
  await using _agent = await driveAgent({ server, openDriver: openAt, proveAt: address });
  await eventually("it is proved anew by the next agent", () => server.receipts.length > receipts);
  server.remove("1");
  await eventually("the document is empty", async () => (await documentOf({ port })).body === "{}\n");
  expect(server.receipts.filter(({ error }) => error !== null)).toEqual([]);
});

test("too many are warned of, with what they cost, and again at twice as many", async () => {
  const events: EdgeEvent[] = [];
  await using driver = await openDriver({ log: (event) => events.push(event) });
  const warnings = () => events.filter(({ kind }) => kind === "warning");
  const many = (count: number) =>
    each(...Array.from({ length: count }, (_, i) => delivery(String(i), first)));
  await driver.load(many(3_000), signal);
  expect(warnings()).toEqual([]);
  await driver.put(delivery("new", first), signal);
  await driver.put(delivery("newer", first), signal);
  expect(warnings()).toEqual([
    {
      kind: "warning",
      warning: expect.stringMatching(/has 3001 certificates and \d+\.\d MB.* \d+ GB a day/),
    },
  ]);
  await driver.load(many(6_003), signal);
  expect(warnings()).toHaveLength(2);
});

test("a Traefik that has not asked for long is missed, once", async () => {
  const events: EdgeEvent[] = [];
  await using driver = await openDriver({ log: (event) => events.push(event) });
  const warnings = () => events.filter(({ kind }) => kind === "warning");
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    await documentOf(driver);
    for (const later of [89_000, 2_000, 60_000]) {
      vi.setSystemTime(Date.now() + later);
      expect(await driver.health(signal)).toMatchObject({ kind: "up" });
    }
    expect(warnings()).toEqual([{ kind: "warning", warning: expect.stringContaining("for 91 s") }]);
    await documentOf(driver);
    vi.setSystemTime(Date.now() + 91_000);
    await driver.health(signal);
    expect(warnings()).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});
