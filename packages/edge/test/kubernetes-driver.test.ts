/** Secrets for Kubernetes, against a stand-in that holds what comes against the published OpenAPI; Kubernetes itself is not run. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Delivery, Driver } from "../src/driver/driver.ts";
import { openKubernetesDriver } from "../src/driver/kubernetes/open-kubernetes-driver.ts";
import { plainSerial } from "../src/proof/handshake.ts";
import { ApiServer, failure } from "./support/api-server.ts";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import { runAgent, temporaryDirectory } from "./support/running-agent.ts";
import { TestCa, type TestCertificate } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

const names = ["shop.example.com", "www.shop.example.com"];
const first = ca.issue(names);
const second = ca.issue(names);
const signal = new AbortController().signal;

function delivery(lineageId: string, made: TestCertificate, of: readonly string[] = names): Delivery {
  const { serial, notAfter, chainPem, keyPem } = made;
  const ref = { certificateId: `${lineageId}1`, serial, notAfter };
  return { lineageId, names: of, twinOf: null, ref, pair: { chainPem, keyPem } };
}

interface Place extends AsyncDisposable {
  readonly api: ApiServer;
  readonly directory: string;
  open(kubeconfig?: string): Promise<Driver>;
}

async function openPlace(): Promise<Place> {
  await using opened = new AsyncDisposableStack();
  const api = opened.use(await ApiServer.open(ca));
  const { path: directory } = opened.use(await temporaryDirectory());
  const lifetime = opened.move();
  return {
    api,
    directory,
    async open(text = api.kubeconfig()) {
      const kubeconfig = `${join(directory, "..")}/kubeconfig`;
      await writeFile(kubeconfig, text);
      return openKubernetesDriver({ kubeconfig, namespace: null });
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

test("what is stored becomes a Secret, is renewed in it, and goes with its domain", async () => {
  await using place = await openPlace();
  const { api } = place;
  await using server = await EdgeServer.open();
  server.put("1", "11", names, first);
  const driver = await place.open();
  const proxy = {
    driver,
    pace: 1_000,
    onePerName: false,
    switchesWithin: 200,
    lookEvery: 20,
    reconcileEvery: 60_000,
  };
  await using agent = await runAgent(server, place.directory, { proxy: { kind: "driver", ...proxy } });
  await eventually("it is there", () => server.served().includes("11"));
  const secret = api.secrets.get("shop.example.com");
  expect(secret?.type).toBe("kubernetes.io/tls");
  expect(secret?.labels).toEqual({ "app.kubernetes.io/managed-by": "certmill", "certmill/lineage": "1" });
  expect(secret?.metadata("shops")).toMatchObject({
    annotations: {
      "certmill/serial": plainSerial(first.serial),
      "certmill/names": names.join(),
      "certmill/certificate": "11",
    },
  });
  const text = (key: string) => Buffer.from(secret?.data[key] ?? "", "base64").toString();
  expect([text("tls.crt"), text("tls.key")]).toEqual([first.chainPem, first.keyPem]);

  server.put("1", "12", names, second);
  await eventually("it is renewed", () => server.served().includes("12"));
  expect(text("tls.crt")).toBe(second.chainPem);
  server.remove("1");
  await eventually("it is gone", () => api.secrets.size === 0);
  expect(agent.events.filter(({ kind }) => kind === "load-refused" || kind === "proxy-lost")).toEqual([]);
});

test("both of a pair are Secrets, and go each alone", async () => {
  await using place = await openPlace();
  const { api } = place;
  const driver = await place.open();
  const rsa = ca.issueRsa(names);
  await driver.put(delivery("1", first), signal);
  await driver.put({ ...delivery("2", rsa), twinOf: "1" }, signal);
  expect([...api.secrets.keys()].sort()).toEqual(["shop.example.com", "shop.example.com-rsa"]);
  const keyOf = (name: string) =>
    Buffer.from(api.secrets.get(name)?.data["tls.key"] ?? "", "base64").toString();
  expect([keyOf("shop.example.com"), keyOf("shop.example.com-rsa")]).toEqual([first.keyPem, rsa.keyPem]);
  expect(await driver.list(signal)).toEqual(
    new Map([
      ["1", plainSerial(first.serial)],
      ["2", plainSerial(rsa.serial)],
    ]),
  );
  expect(await driver.remove({ lineageId: "2", names }, signal)).toEqual({ kind: "done" });
  expect([...api.secrets.keys()]).toEqual(["shop.example.com"]);
});

test("a list tells serials by lineage, page by page, without any key; what is not ours is left alone", async () => {
  await using place = await openPlace();
  const { api } = place;
  const driver = await place.open();
  api.pageSize = 2;
  for (const n of [1, 2, 3, 4, 5]) {
    const made = n % 2 === 0 ? first : second;
    expect(await driver.put(delivery(`${n}`, made, [`n${n}.example.com`]), signal)).toEqual({ kind: "done" });
  }
  api.write("of-somebody", "kubectl-create", { type: "Opaque", data: { "tls.key": "" } });
  const another = await place.open();
  api.requests.length = 0;
  const serial = (n: number) => plainSerial((n % 2 === 0 ? first : second).serial);
  expect(await another.list(signal)).toEqual(new Map([1, 2, 3, 4, 5].map((n) => [`${n}`, serial(n)])));
  expect(api.requests).toEqual(Array(3).fill("GET /secrets"));
});

test("a field that somebody else has stays theirs, and is told with their name", async () => {
  await using place = await openPlace();
  const { api } = place;
  const driver = await place.open();
  const theirs = { type: "kubernetes.io/tls", data: { "tls.crt": "dGhlaXJz", "tls.key": "dGhlaXJz" } };
  api.write("shop.example.com", "cert-manager", theirs);
  expect(await driver.put(delivery("1", first), signal)).toEqual({
    kind: "refused",
    reason:
      'the Secret shops/shop.example.com is written by "cert-manager", too: end that, then delete the Secret, and it is made anew',
  });
  expect(api.secrets.get("shop.example.com")?.data).toEqual(theirs.data);
  api.secrets.delete("shop.example.com");
  expect(await driver.put(delivery("1", first), signal)).toEqual({ kind: "done" });
});

test("what somebody overwrites is seen by a comparison, not taken back by force, and not deleted", async () => {
  await using place = await openPlace();
  const { api } = place;
  const driver = await place.open();
  await driver.put(delivery("1", first), signal);
  api.write("shop.example.com", "kubectl-edit", { data: { "tls.crt": "eA==" } });
  expect((await driver.list(signal))?.get("1")).not.toBe(plainSerial(first.serial));
  expect(await driver.put(delivery("1", first), signal)).toMatchObject({
    kind: "refused",
    reason: /"kubectl-edit"/,
  });
  expect(await driver.remove({ lineageId: "1", names }, signal)).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("theirs to delete"),
  });
  expect(api.secrets.size).toBe(1);
});

test("labels that others add stay, and do not keep a Secret from being deleted", async () => {
  await using place = await openPlace();
  const { api } = place;
  const driver = await place.open();
  await driver.put(delivery("1", first), signal);
  api.write("shop.example.com", "backup", { metadata: { labels: { backup: "yes" } } });
  await driver.put(delivery("1", second), signal);
  expect(api.secrets.get("shop.example.com")?.labels).toMatchObject({ backup: "yes" });
  api.write("shop.example.com", "backup", { metadata: { labels: { backup: "no" } } });
  expect(await driver.remove({ lineageId: "1", names }, signal)).toEqual({ kind: "done" });
  expect(api.secrets.size).toBe(0);
  expect(await driver.remove({ lineageId: "1", names }, signal), "twice").toEqual({ kind: "done" });
});

test("a lineage with another first name has one Secret, under the new one, though the agent died in between", async () => {
  await using place = await openPlace();
  const { api } = place;
  const driver = await place.open();
  await driver.put(delivery("1", first), signal);
  await driver.put(delivery("1", first, ["new.example.com"]), signal);
  expect([...api.secrets.keys()]).toEqual(["new.example.com"]);

  const [kept] = [...api.secrets.values()];
  await (await place.open()).put(delivery("1", second), signal);
  expect([...api.secrets.keys()].toSorted()).toEqual([kept?.name, "shop.example.com"]);
  const afterwards = await place.open();
  expect((await afterwards.list(signal))?.get("1")).toBe("several");
  await afterwards.put(delivery("1", second), signal);
  expect([...api.secrets.keys()]).toEqual(["shop.example.com"]);
});

test("an API server that has too much to do is waited for; one that is away says why", async () => {
  await using place = await openPlace();
  const { api } = place;
  const driver = await place.open();
  const busy = { ...failure(429, "TooManyRequests", "too many requests"), headers: { "retry-after": "0" } };
  api.faults.push(busy, busy);
  expect(await driver.put(delivery("1", first), signal)).toEqual({ kind: "done" });
  expect(api.requests).toHaveLength(3);
  api.faults.push(failure(500, "InternalError", "etcdserver: request timed out"));
  expect(await driver.put(delivery("1", first), signal)).toEqual({
    kind: "away",
    reason: "the API server answered 500: etcdserver: request timed out",
  });
  api.faults.push({ ...busy, headers: { "retry-after": "600" } });
  expect(await driver.put(delivery("1", first), signal)).toMatchObject({ kind: "away" });
  api.faults.push(failure(403, "Forbidden", 'secrets "shop.example.com" is forbidden: exceeded quota'));
  expect(await driver.put(delivery("1", first), signal)).toMatchObject({
    kind: "refused",
    reason: expect.stringMatching(/\(403\): .* exceeded quota/),
  });
  const stranger = await place.open(api.kubeconfig("another-token"));
  expect(await stranger.health(signal)).toEqual({
    kind: "away",
    reason: "the API server does not take the agent's credentials (401)",
  });
  expect(await stranger.list(signal)).toBeNull();
});

test("the boot id is the namespace's: one that is deleted and made anew is filled again", async () => {
  await using place = await openPlace();
  const { api } = place;
  const driver = await place.open();
  const before = await driver.health(signal);
  expect(before).toEqual({ kind: "up", bootId: api.namespaceUid });
  api.namespaceUid = "another";
  expect(await driver.health(signal)).toEqual({ kind: "up", bootId: "another" });
  api.namespaceUid = null;
  expect(await driver.health(signal)).toEqual({ kind: "away", reason: "there is no namespace shops" });
});

test("what is too large for a Secret is refused before it is sent", async () => {
  await using place = await openPlace();
  const driver = await place.open();
  const huge = { ...first, chainPem: first.chainPem.repeat(1_000) };
  expect(await driver.put(delivery("1", huge), signal)).toMatchObject({
    kind: "refused",
    reason: expect.stringMatching(/^it has \d+ bytes, and Kubernetes takes 1048576 in a Secret$/),
  });
  expect(place.api.requests).toEqual([]);
});

test("a kubeconfig that is none is told before the agent starts", async () => {
  await using place = await openPlace();
  await expect(place.open("{ not: a kubeconfig")).rejects.toThrow(/kubeconfig cannot be used/);
  await expect(place.open("apiVersion: v1")).rejects.toThrow(/kubeconfig cannot be used/);
});
