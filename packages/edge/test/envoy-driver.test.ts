/** Secrets for Envoy, asked for by a client that speaks Envoy's published proto; Envoy itself is not run. */
import { existsSync } from "node:fs";
import { link, mkdtempDisposable, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  type EnvoyDriver,
  type EnvoyOptions,
  openEnvoyDriver,
} from "../src/driver/envoy/open-envoy-driver.ts";
import type { EdgeEvent } from "../src/log/edge-event.ts";
import { type DrivenAgent, driveAgent } from "./support/driven-agent.ts";
import { EdgeServer } from "./support/edge-server.ts";
import { EnvoyClient, type EnvoyStream, type Heard, type ProtocolName } from "./support/envoy-client.ts";
import { eventually } from "./support/eventually.ts";
import { TestCa, type TestCertificate } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

const shop = ["shop.example.com"];
const sites = ["*.sites.example.com"];
const shop1 = ca.issue(shop);
const shop2 = ca.issue(shop);
const sites1 = ca.issue(sites);
const sites2 = ca.issue(sites);
const taken = ({ chainPem, keyPem }: TestCertificate) => ({ chainPem, keyPem });

interface Scene extends AsyncDisposable {
  readonly server: EdgeServer;
  readonly agent: DrivenAgent<EnvoyDriver>;
  readonly client: EnvoyClient;
  readonly events: readonly EdgeEvent[];
}

/** An agent that has a certificate for the shop, and a client. */
async function open(): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await EdgeServer.open());
  server.put("1", "11", shop, shop1);
  const events: EdgeEvent[] = [];
  const agent = opened.use(
    await driveAgent({
      server,
      openDriver: (certificateFor) =>
        openEnvoyDriver({
          listen: { kind: "port", host: "127.0.0.1", port: 0 },
          certificateFor,
          log: (event) => events.push(event),
        }),
    }),
  );
  await eventually("the first is installed", () => server.served().includes("11"));
  const client = opened.use(new EnvoyClient(`127.0.0.1:${agent.driver.port}`));
  const lifetime = opened.move();
  return { server, agent, client, events, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

/** How a client of each protocol asks and answers. */
const clients = {
  StreamSecrets: {
    ask: (stream: EnvoyStream, names: readonly string[]) => stream.send({ resourceNames: names }),
    answer: (stream: EnvoyStream, names: readonly string[], { version, nonce }: Heard) =>
      stream.send({ resourceNames: names, versionInfo: version, responseNonce: nonce }),
    refuse: (stream: EnvoyStream, names: readonly string[], { nonce }: Heard, message: string) =>
      stream.send({ resourceNames: names, responseNonce: nonce, errorDetail: { code: 3, message } }),
  },
  DeltaSecrets: {
    ask: (stream: EnvoyStream, names: readonly string[]) => stream.send({ resourceNamesSubscribe: names }),
    answer: (stream: EnvoyStream, _: readonly string[], { nonce }: Heard) =>
      stream.send({ responseNonce: nonce }),
    refuse: (stream: EnvoyStream, _: readonly string[], { nonce }: Heard, message: string) =>
      stream.send({ responseNonce: nonce, errorDetail: { code: 3, message } }),
  },
} as const;

const heardFrom = async (stream: EnvoyStream, count: number): Promise<Heard> => {
  await eventually(`${count} responses are there`, () => stream.heard.length >= count);
  const last = stream.heard[count - 1];
  if (last === undefined || stream.heard.length > count) throw new Error("It is not that many.");
  return last;
};

describe.each(["StreamSecrets", "DeltaSecrets"] satisfies ProtocolName[])("%s", (protocol) => {
  const { ask, answer, refuse } = clients[protocol];

  test("what is asked for is sent, and again when it is renewed; nothing else is", async () => {
    await using scene = await open();
    const { server, client } = scene;
    server.put("2", "21", sites, sites1);
    await eventually("the second is installed", () => server.served().includes("21"));
    const stream = client.stream(protocol);
    ask(stream, shop);
    const first = await heardFrom(stream, 1);
    expect(first.secrets).toEqual(new Map([["shop.example.com", taken(shop1)]]));
    answer(stream, shop, first);
    server.put("2", "22", sites, sites2);
    await eventually("the other is renewed", () => server.served().includes("22"));
    server.put("1", "12", shop, shop2);
    const second = await heardFrom(stream, 2);
    expect(second.secrets).toEqual(new Map([["shop.example.com", taken(shop2)]]));
    expect(server.served(), "Envoy has not answered yet").not.toContain("12");
    answer(stream, shop, second);
    await eventually("it is loaded", () => server.served().includes("12"));
  });

  test("the RSA certificate of a pair is a secret of its own, renewed alone and taken away alone", async () => {
    await using scene = await open();
    const { server, client } = scene;
    const [rsa1, rsa2] = [ca.issueRsa(shop), ca.issueRsa(shop)];
    server.put("2", "21", shop, { ...rsa1, twinOf: "1" });
    await eventually("it is installed", () => server.served().includes("21"));
    const both = ["shop.example.com", "shop.example.com+rsa"];
    const stream = client.stream(protocol);
    ask(stream, both);
    await eventually("both are sent, at once or one by one", () => stream.secrets.size === 2);
    expect(stream.secrets).toEqual(
      new Map([
        ["shop.example.com", taken(shop1)],
        ["shop.example.com+rsa", taken(rsa1)],
      ]),
    );
    const sent = stream.heard.length;
    for (const each of stream.heard) answer(stream, both, each);
    server.put("2", "22", shop, { ...rsa2, twinOf: "1" });
    const renewed = await heardFrom(stream, sent + 1);
    expect(renewed.secrets).toEqual(new Map([["shop.example.com+rsa", taken(rsa2)]]));
    expect(server.served()).not.toContain("22");
    answer(stream, both, renewed);
    await eventually("it is loaded", () => server.served().includes("22"));
    server.remove("2");
    if (protocol === "DeltaSecrets")
      expect((await heardFrom(stream, sent + 2)).removed).toEqual(["shop.example.com+rsa"]);
    expect(scene.events.filter(({ kind }) => kind === "warning")).toEqual([]);
  });

  test("an Envoy that asks for one of a pair only is warned of, once", async () => {
    await using scene = await open();
    const { server, client, events } = scene;
    server.put("2", "21", shop, { ...ca.issueRsa(shop), twinOf: "1" });
    await eventually("it is installed", () => server.served().includes("21"));
    const warnings = () => events.filter(({ kind }) => kind === "warning");
    await scene.agent.driver.health(AbortSignal.timeout(1_000));
    expect(warnings(), "nobody asks yet").toEqual([]);
    const stream = client.stream(protocol);
    ask(stream, shop);
    answer(stream, shop, await heardFrom(stream, 1));
    await eventually("it is told", () => warnings().length > 0);
    await scene.agent.driver.health(AbortSignal.timeout(1_000));
    expect(warnings()).toEqual([
      {
        kind: "warning",
        warning: expect.stringMatching(/^Envoy asks for the secret shop\.example\.com and not for/),
      },
    ]);
  });

  test("a refusal is told with Envoy's reason, and what comes next is sent", async () => {
    await using scene = await open();
    const { server, client } = scene;
    const stream = client.stream(protocol);
    ask(stream, shop);
    answer(stream, shop, await heardFrom(stream, 1));
    server.put("1", "12", shop, shop2);
    refuse(stream, shop, await heardFrom(stream, 2), "Failed to load private key");
    await eventually("it is told", () => server.receipts.at(-1)?.error === "Failed to load private key");
    answer(stream, shop, await heardFrom(stream, 3));
    await eventually("it is taken after all", () => server.served().includes("12"));
  });

  test("a name that is not there yet is sent once it is, below a wildcard and as it was written", async () => {
    await using scene = await open();
    const { server, client } = scene;
    const stream = client.stream(protocol);
    const names = ["A.Sites.Example.com", "*.sites.example.com", "no host!"];
    ask(stream, names);
    if (protocol === "DeltaSecrets") {
      const none = await heardFrom(stream, 1);
      expect(none.secrets.size).toBe(0);
      expect([...none.removed].sort()).toEqual([...names].sort());
      answer(stream, names, none);
    }
    server.put("2", "21", sites, sites1);
    await eventually("it is sent", () => stream.secrets.size === 2);
    expect(stream.secrets.get("A.Sites.Example.com")).toEqual(taken(sites1));
    expect(stream.secrets.get("*.sites.example.com")).toEqual(taken(sites1));
    const last = stream.heard.at(-1);
    if (last !== undefined) answer(stream, names, last);
    await eventually("it is loaded", () => server.served().includes("21"));
  });

  test("an Envoy that comes again is sent what it has not", async () => {
    await using scene = await open();
    const { server, client } = scene;
    const before = client.stream(protocol);
    ask(before, shop);
    const first = await heardFrom(before, 1);
    answer(before, shop, first);
    before.cancel();
    const stream = client.stream(protocol);
    if (protocol === "DeltaSecrets") {
      stream.send({ resourceNamesSubscribe: shop, initialResourceVersions: first.versions });
    } else {
      ask(stream, shop);
      answer(stream, shop, await heardFrom(stream, 1));
    }
    server.put("1", "12", shop, shop2);
    const sent = protocol === "DeltaSecrets" ? 1 : 2;
    const renewed = await heardFrom(stream, sent);
    expect(renewed.secrets.get("shop.example.com")).toEqual(taken(shop2));
    answer(stream, shop, renewed);
    await eventually("it is loaded", () => server.served().includes("12"));
  });

  test("an Envoy that goes away before it answers is not waited for", async () => {
    await using scene = await open();
    const { server, client } = scene;
    const stream = client.stream(protocol);
    ask(stream, shop);
    answer(stream, shop, await heardFrom(stream, 1));
    server.put("1", "12", shop, shop2);
    await heardFrom(stream, 2);
    stream.cancel();
    await eventually("it is loaded", () => server.served().includes("12"));
  });

  test("a thousand names on a hundred streams, and all renewed at once", async () => {
    await using scene = await open();
    const { server, client } = scene;
    server.put("2", "21", sites, sites1);
    await eventually("it is installed", () => server.served().includes("21"));
    const streams = Array.from({ length: 100 }, (_, i) => ({
      names: Array.from({ length: 10 }, (_name, j) => `s${i}-${j}.sites.example.com`),
      stream: client.stream(protocol),
      answered: 0,
    }));
    for (const { names, stream } of streams) ask(stream, names);
    const answerAll = (made: TestCertificate) => () => {
      for (const each of streams) {
        const heard = each.stream.heard[each.answered];
        if (heard === undefined) continue;
        each.answered += 1;
        answer(each.stream, each.names, heard);
      }
      return streams.every(({ names, stream: { secrets } }) =>
        names.every((name) => secrets.get(name)?.chainPem === made.chainPem),
      );
    };
    await eventually("all are there", answerAll(sites1));
    server.put("2", "22", sites, sites2);
    await eventually("all are renewed", answerAll(sites2));
    await eventually("it is loaded", () => server.served().includes("22"));
  });

  test("another kind of resource is refused", async () => {
    await using scene = await open();
    const stream = scene.client.stream(protocol);
    stream.send({ typeUrl: "type.googleapis.com/envoy.config.cluster.v3.Cluster" });
    await eventually("it is refused", () => stream.failure !== null);
    expect(stream.failure?.details).toMatch(/^Only .* is given here\.$/);
  });
});

test("DeltaSecrets: what is removed is told, and a name that is given up is not sent any more", async () => {
  await using scene = await open();
  const { server, client } = scene;
  const [stream, other] = [client.stream("DeltaSecrets"), client.stream("DeltaSecrets")];
  for (const each of [stream, other]) {
    each.send({ resourceNamesSubscribe: shop });
    each.send({ responseNonce: (await heardFrom(each, 1)).nonce });
  }
  other.send({ resourceNamesUnsubscribe: shop });
  server.remove("1");
  const gone = await heardFrom(stream, 2);
  expect([gone.removed, gone.secrets.size]).toEqual([shop, 0]);
  stream.send({ responseNonce: gone.nonce });
  await eventually("it is forgotten", async () => {
    const listed = await scene.agent.driver.list(AbortSignal.timeout(1_000));
    return listed?.size === 0;
  });
  expect(other.heard).toHaveLength(1);
});

test("a refusal of what nobody is waiting for is a warning", async () => {
  await using scene = await open();
  const stream = scene.client.stream("StreamSecrets");
  stream.send({ resourceNames: shop });
  const { nonce } = await heardFrom(stream, 1);
  stream.send({ resourceNames: shop, responseNonce: nonce, errorDetail: { code: 13, message: "no" } });
  const warning = "Envoy refuses the certificate it asked for as shop.example.com: no";
  await eventually("it is told", () =>
    scene.events.some((event) => "warning" in event && event.warning === warning),
  );
});

describe("on a unix socket", () => {
  const openAt = (path: string, part: Partial<EnvoyOptions> = {}) =>
    openEnvoyDriver({
      listen: { kind: "socket", path },
      certificateFor: async () => null,
      log: () => undefined,
      ...part,
    });

  test("only its owner and group may ask, and it is gone with the agent", async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-envoy-"));
    const path = join(directory.path, "envoy.sock");
    {
      await using _driver = await openAt(path);
      expect(((await stat(path)).mode & 0o777).toString(8)).toBe("660");
      using client = new EnvoyClient(`unix:${path}`);
      const stream = client.stream("DeltaSecrets");
      stream.send({ resourceNamesSubscribe: ["a.example.com"] });
      expect((await heardFrom(stream, 1)).removed).toEqual(["a.example.com"]);
      await expect(openAt(path), "another agent is there").rejects.toMatchObject({ code: "port-unusable" });
    }
    expect(existsSync(path)).toBe(false);
  });

  test("what a killed agent left behind is replaced, other files are not", async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-envoy-"));
    const path = join(directory.path, "envoy.sock");
    await leaveSocket(path);
    await using _driver = await openAt(path);
    const file = join(directory.path, "envoy.txt");
    await writeFile(file, "an operator's");
    await expect(openAt(file)).rejects.toMatchObject({ code: "port-unusable" });
    expect(await readFile(file, "utf8")).toBe("an operator's");
    const nowhere = join(directory.path, "missing", "envoy.sock");
    await expect(openAt(nowhere)).rejects.toMatchObject({ code: "port-unusable" });
  });
});

/** A socket's file that nobody listens on any more. */
async function leaveSocket(path: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = createServer().listen(`${path}.old`, resolve);
  await promise;
  await link(`${path}.old`, path);
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
}
