/** The probe against real web servers on loopback addresses, names looked up at a real name server. */
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createRawServer } from "node:net";
import { tlsAlpn01 } from "@certmill/acme";
import { type AddressRange, instant, milliseconds, parseRange, seconds } from "@certmill/domain";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../../tools/peers/free-port.ts";
import { AuthoritativeResolver } from "../../src/checks/authoritative-resolver.ts";
import { lookAtNames } from "../../src/checks/check-name.ts";
import { dnsExchange } from "../../src/checks/dns-exchange.ts";
import { type ProbeOptions, probe } from "../../src/checks/probe.ts";
import { TargetPace } from "../../src/checks/target-pace.ts";
import { type NameServers, startNameServers, zone } from "./name-servers.ts";

const ours = "127.0.0.1";
const another = "127.0.0.5";
const closed = "127.0.0.6";
const token = "certmill-check-x";
const answer = "certmill-check-x.y";
/** A proxy's that answers by itself. */
const stateless = `${token}.thumbprint`;
const answers = [answer, stateless];
const path = `/.well-known/acme-challenge/${token}`;
const ranges = (...texts: string[]): AddressRange[] =>
  texts.map(parseRange).filter((range) => range !== null);

let names: NameServers;
let ports: ProbeOptions["ports"];
let respond: RequestListener;
const requests: { host: string | undefined; address: string | undefined; url: string | undefined }[] = [];
const listening: Server[] = [];

const listen = (server: Server, port: number, address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    listening.push(server);
    server.once("error", reject).listen(port, address, resolve);
  });

const answerRight: RequestListener = (_request, response) => response.end(`${answer}\n`);

beforeAll(async () => {
  names = await startNameServers({
    [ours]: [
      zone(".", [
        "target.test A 127.0.0.1",
        "six.test AAAA ::1",
        "six.test A 127.0.0.1",
        "inner.test A 10.0.0.1",
        "mapped.test AAAA ::ffff:10.0.0.1",
        "bare.test TXT nothing",
      ]),
    ],
  });
  ports = { http: await freePort(), https: await freePort() };
  const handle: RequestListener = (request, response) => {
    requests.push({ host: request.headers.host, address: request.socket.localAddress, url: request.url });
    respond(request, response);
  };
  for (const address of [ours, "::1"]) await listen(createServer(handle), ports.http, address);
  await listen(
    createServer((_request, response) => response.setHeader("server", "nginx\u00e9").end("another")),
    ports.http,
    another,
  );
  const { certificatePem, privateKeyPem } = tlsAlpn01.certificate({
    identifier: { type: "dns", value: "target.test" },
    token: "x".repeat(43),
    thumbprint: "y".repeat(43),
  });
  await listen(createTlsServer({ cert: certificatePem, key: privateKeyPem }, handle), ports.https, ours);
});
afterAll(async () => {
  for (const server of listening) server.closeAllConnections();
  await Promise.all(listening.map((server) => new Promise((resolve) => server.close(resolve))));
  await names[Symbol.asyncDispose]();
});
afterEach(() => {
  requests.length = 0;
});

interface Asked {
  readonly v4?: readonly string[];
  readonly v6?: readonly string[];
  readonly allowed?: AddressRange[];
}

const look = (allowed: readonly AddressRange[]) => ({
  resolver: new AuthoritativeResolver({
    exchange: dnsExchange({ udp: milliseconds(500), tcp: milliseconds(500) }),
    roots: [{ address: ours, port: names.port }],
    port: names.port,
    allowed,
    now: () => instant(0),
  }),
  pace: new TargetPace(() => ({ mostAtOnce: 4, apart: milliseconds(0), mostWaiting: 9 })),
});

async function ask({ v4 = [ours], v6 = [], allowed = ranges("127.0.0.0/8", "::1") }: Asked = {}) {
  const { resolver, pace } = look(allowed);
  const { signal } = new AbortController();
  const lookups = resolver.begin(signal);
  return probe({ host: "shop.test", v4, v6, token, answers, lookups, signal }, { ports, allowed, pace });
}

const redirectTo = (...locations: string[]): void => {
  let step = 0;
  respond = (_request, response) => {
    const location = locations[step];
    step += 1;
    if (location === undefined) response.end(answer);
    else response.writeHead(302, { location }).end();
  };
};

describe("the answer", () => {
  test("is ours: asked with the name, at the address, white space at the end let pass", async () => {
    respond = answerRight;
    expect(await ask()).toEqual({ kind: "answered", address: ours });
    expect(requests).toEqual([{ host: "shop.test", address: ours, url: path }]);
  });

  test("is a proxy's that answers by itself, with the thumbprint of an account of ours", async () => {
    respond = (_request, response) => response.end(stateless);
    expect(await ask()).toEqual({ kind: "answered", address: ours });
    respond = (_request, response) => response.end(`${token}.another`);
    expect(await ask()).toMatchObject({ kind: "wrong-answer", detail: `${token}.another` });
  });

  test.each([
    [ours, { v4: { kind: "found", records: [ours] }, v6: { kind: "none" } }, ours],
    ["::1", { v4: { kind: "none" }, v6: { kind: "found", records: ["::1"] } }, "[::1]"],
  ])("is asked of an IP address without a question to DNS: %s", async (name, facts, host) => {
    respond = answerRight;
    const allowed = ranges("127.0.0.0/8", "::1");
    const options = { ...look(allowed), ports, allowed, makeToken: async () => ({ token, answers }) };
    const seen = await lookAtNames(options)(name, new AbortController().signal);
    expect(seen).toMatchObject({ ...facts, name, caa: { kind: "absent" }, probe: { kind: "answered" } });
    expect(requests).toEqual([{ host, address: name, url: path }]);
  });

  test.each([
    [404, "status", "404"],
    [403, "status", "403"],
    [204, "status", "204"],
    [503, "status", "503"],
  ])("%i is the %s", async (status, kind, detail) => {
    respond = (_request, response) => response.writeHead(status).end();
    expect(await ask()).toMatchObject({ kind, detail, address: ours });
  });

  test("another server's is told with its name, made harmless", async () => {
    expect(await ask({ v4: [another] })).toMatchObject({
      kind: "wrong-answer",
      detail: "nginx",
      address: another,
    });
  });

  test("is read no further than 128 bytes, however long it goes on", async () => {
    respond = (_request, response) => {
      const more = (): void => {
        while (response.write("<html>".repeat(1_000)));
        response.once("drain", more);
      };
      more();
    };
    expect(await ask()).toMatchObject({
      kind: "wrong-answer",
      detail: expect.stringMatching(/^<html>.{0,54}$/),
    });
  });

  test("is no HTTP", async () => {
    const raw = createRawServer((socket) => socket.resume().end("SSH-2.0-OpenSSH\r\n"));
    await new Promise<void>((resolve) => raw.listen(ports.http, "127.0.0.7", resolve));
    expect(await ask({ v4: ["127.0.0.7"] })).toMatchObject({ kind: "broken", address: "127.0.0.7" });
    await new Promise((resolve) => raw.close(resolve));
  });

  test("is another protocol's, which nobody asked for", async () => {
    respond = (_request, response) =>
      response.socket?.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
    expect(await ask()).toMatchObject({ kind: "status", detail: "101", address: ours });
  });
});

describe("addresses", () => {
  test("IPv6 is asked first, and a wrong answer there is the end", async () => {
    respond = (request, response) => response.end(request.socket.localFamily === "IPv6" ? "wrong" : answer);
    expect(await ask({ v6: ["::1"] })).toMatchObject({ kind: "wrong-answer", address: "::1" });
    expect(requests).toHaveLength(1);
  });

  test("IPv4 is asked when IPv6 gives no connection", async () => {
    respond = answerRight;
    const allowed = ranges("127.0.0.0/8", "::/0");
    expect(await ask({ v6: ["::ffff:127.0.0.6"], allowed })).toEqual({ kind: "answered", address: ours });
  });

  test("a closed port is told", async () => {
    expect(await ask({ v4: [closed] })).toMatchObject({
      kind: "unreachable",
      detail: "connection refused",
      address: closed,
    });
  });

  test.each(["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1", "fd00::1"])(
    "%s is never connected to unless it is allowed",
    async (address) => {
      respond = answerRight;
      const where = address.includes(":") ? { v6: [address], v4: [] } : { v4: [address] };
      expect(await ask({ ...where, allowed: [] })).toMatchObject({ kind: "unsafe", address });
      expect(requests).toEqual([]);
    },
  );
});

describe("redirects", () => {
  test.each([301, 302, 307, 308])(
    "%i is followed, to TLS too, whose certificate is not verified",
    async (status) => {
      respond = (request, response) => {
        const location = `https://target.test${request.url}`;
        if ("encrypted" in request.socket) response.end(answer);
        else response.writeHead(status, { location }).end();
      };
      expect(await ask()).toEqual({ kind: "answered", address: ours });
      expect(requests.map(({ host }) => host)).toEqual(["shop.test", "target.test"]);
    },
  );

  test.each([303, 305, 306])("%i is not", async (status) => {
    respond = (_request, response) => response.writeHead(status, { location: "http://target.test/" }).end();
    expect(await ask()).toMatchObject({ kind: "redirect", detail: `the status ${status}` });
  });

  test.each([
    ["http://target.test:8080/", "the port 8080"],
    ["https://target.test:80/", null],
    ["ftp://target.test/", "the scheme ftp"],
    ["http://", "a Location that is no URL"],
    ["http://shop.test.well-known/acme-challenge/x", "the host shop.test.well-known"],
    [path, "a circle"],
  ])("to %s: %s", async (location, detail) => {
    redirectTo(location);
    expect(await ask()).toMatchObject(detail === null ? { kind: "answered" } : { kind: "redirect", detail });
  });

  test("to a URL of 2,000 characters, and no more", async () => {
    redirectTo(`http://target.test/${"a".repeat(1_981)}`);
    expect(await ask()).toMatchObject({ kind: "answered" });
    redirectTo(`http://target.test/${"a".repeat(1_982)}`);
    expect(await ask()).toMatchObject({ kind: "redirect", detail: "a URL of more than 2000 characters" });
  });

  test("ten are followed, and no more", async () => {
    const hops = (count: number) => Array.from({ length: count }, (_, n) => `http://target.test/${n}`);
    redirectTo(...hops(10));
    expect(await ask()).toMatchObject({ kind: "answered" });
    redirectTo(...hops(11));
    expect(await ask()).toMatchObject({ kind: "redirect", detail: "more than 10 redirects" });
  });

  test.each([
    ["http://inner.test/", "10.0.0.1"],
    ["http://mapped.test/", "::ffff:a00:1"],
    ["http://169.254.169.254/latest/meta-data", "169.254.169.254"],
    ["http://0x0a000001/", "10.0.0.1"],
    ["http://[::ffff:a00:1]/", "::ffff:a00:1"],
    ["http://[fd00::1]/", "fd00::1"],
  ])("to %s lead nowhere that a CA cannot reach", async (location, address) => {
    redirectTo(location);
    expect(await ask()).toMatchObject({ kind: "unsafe", address });
  });

  test("to a name without an address", async () => {
    redirectTo("http://gone.test/");
    expect(await ask()).toMatchObject({
      kind: "target-dns",
      detail: "no such name",
      url: "http://gone.test/",
    });
    redirectTo("http://bare.test/");
    expect(await ask()).toMatchObject({ kind: "target-dns", detail: "no address record" });
  });

  test("take the preferred address, and no other", async () => {
    redirectTo("https://six.test/");
    expect(await ask()).toMatchObject({ kind: "unreachable", address: "::1" });
  });

  test("to TLS that fails", async () => {
    const raw = createRawServer((socket) => socket.resume().end("no TLS"));
    await new Promise<void>((resolve) => raw.listen(ports.https, "127.0.0.7", resolve));
    redirectTo("https://127.0.0.7/");
    expect(await ask()).toMatchObject({ kind: "tls", address: "127.0.0.7" });
    await new Promise((resolve) => raw.close(resolve));
  });
});

test("a target is asked by so many at once, in their order", async () => {
  const pace = new TargetPace(() => ({ mostAtOnce: 2, apart: seconds(0), mostWaiting: 7 }));
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  await Promise.all(
    Array.from({ length: 9 }, (_, n) =>
      pace.run("a", async () => {
        begun.push(n);
        running += 1;
        most = Math.max(most, running);
        await new Promise(setImmediate);
        running -= 1;
      }),
    ),
  );
  expect(most).toBe(2);
  // Two run, seven wait, and the tenth is sent away.
  const held = Promise.withResolvers<void>();
  const asked = Array.from({ length: 10 }, () => pace.run("b", () => held.promise.then(() => "done")));
  expect(await asked[9]).toBeNull();
  held.resolve();
  expect(await Promise.all(asked.slice(0, 9))).toEqual(Array(9).fill("done"));
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});
