import { createServer, request as httpRequest } from "node:http";
import { request } from "node:https";
import { type AddressInfo, connect as connectTcp } from "node:net";
import { connect, type PeerCertificate } from "node:tls";
import { afterAll, describe, expect, test } from "vitest";
import { openTlsEdge, type TlsEdge } from "../src/tls/tls-edge.ts";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import { runAgent, temporaryDirectory } from "./support/running-agent.ts";
import { TestCa } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

const aNames = ["a.example.com", "www.a.example.com"];
const a1 = ca.issue(aNames);
const a2 = ca.issue(aNames);
const wildcard = ca.issue(["*.b.example.com"]);

/** The edge over an agent; a cache of one makes every second handshake read from disk. */
const listening = {
  host: "127.0.0.1",
  tlsPort: 0,
  httpPort: 0,
  responder: null,
  proofFor: null,
  cacheSize: 1,
} as const;

describe("handshakes", () => {
  test("each name gets its certificate, a renewed one from the next handshake on, a removed one none", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", aNames, a1);
    server.put("2", "21", ["*.b.example.com"], wildcard);
    await using running = await runAgent(server, directory.path);
    await using edge = await openTlsEdge({ ...listening, agent: running.agent });
    await eventually("both are served", () => server.served().length === 2);

    expect(await serialFor(edge, "a.example.com")).toBe(a1.serial);
    expect(await serialFor(edge, "WWW.A.example.com")).toBe(a1.serial);
    expect(await serialFor(edge, "anything.b.example.com")).toBe(wildcard.serial);
    await expect(serialFor(edge, "b.example.com")).rejects.toMatchObject({ code: unrecognizedName });
    await expect(serialFor(edge, "x.y.b.example.com")).rejects.toMatchObject({ code: unrecognizedName });
    await expect(serialFor(edge, "other.example.com")).rejects.toMatchObject({ code: unrecognizedName });

    server.put("1", "12", aNames, a2);
    await eventually("it is renewed", () => server.served().includes("12"));
    expect(await serialFor(edge, "a.example.com")).toBe(a2.serial);
    server.remove("1");
    await eventually("it is withdrawn", () => running.events.some(({ kind }) => kind === "withdrawn"));
    await expect(serialFor(edge, "a.example.com")).rejects.toMatchObject({ code: unrecognizedName });
  });

  test("many at once, and clients that break off", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", aNames, a1);
    server.put("2", "21", ["*.b.example.com"], wildcard);
    await using running = await runAgent(server, directory.path);
    await using edge = await openTlsEdge({ ...listening, agent: running.agent });
    await eventually("both are served", () => server.served().length === 2);

    for (let i = 0; i < 10; i++)
      connectTcp(edge.tlsPort, "127.0.0.1")
        .end("GET / HTTP/1.1\r\n\r\n")
        .on("error", () => {});
    const names = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? "a.example.com" : "x.b.example.com"));
    const serials = await Promise.all(names.map((name) => serialFor(edge, name)));
    expect(serials).toEqual(names.map((name) => (name === "a.example.com" ? a1.serial : wildcard.serial)));
  });

  test("a page over HTTPS", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", aNames, a1);
    await using running = await runAgent(server, directory.path);
    await using edge = await openTlsEdge({ ...listening, agent: running.agent });
    await eventually("it is served", () => server.served().length === 1);
    const page = request({
      host: "127.0.0.1",
      port: edge.tlsPort,
      servername: "a.example.com",
      headers: { host: "a.example.com" },
      ca: ca.rootPem,
      agent: false,
    });
    expect(await answerOf(page)).toMatchObject({
      status: 200,
      body: "a.example.com is served over HTTPS.\n",
    });
  });
});

describe("the plain port", () => {
  const agent = { demand: async () => null };

  test("hands challenges to the responder by one rule, and redirects the rest", async () => {
    const asked: unknown[] = [];
    const responder = createServer(({ method, url, headers }, response) => {
      asked.push([method, url, headers.host, headers["x-forwarded-for"]]);
      response.writeHead(200, { "content-type": "application/octet-stream" }).end("token.thumbprint");
    }).listen(0, "127.0.0.1");
    await using _closed = { [Symbol.asyncDispose]: async () => void responder.close() };
    await eventually("it listens", () => responder.listening);
    const { port } = responder.address() as AddressInfo;
    await using edge = await openTlsEdge({
      ...listening,
      agent,
      responder: new URL(`http://127.0.0.1:${port}`),
    });

    const challenge = "/.well-known/acme-challenge/token";
    expect(await plain(edge, challenge)).toMatchObject({ status: 200, body: "token.thumbprint" });
    expect(asked).toEqual([["GET", challenge, "a.example.com:80", "127.0.0.1"]]);
    expect(await plain(edge, "/page?x=1")).toMatchObject({
      status: 308,
      location: "https://a.example.com/page?x=1",
    });
    expect(asked).toHaveLength(1);
  });

  test("a responder that is away is a 502; without one there are no challenges", async () => {
    await using away = await openTlsEdge({ ...listening, agent, responder: new URL("http://127.0.0.1:9") });
    expect(await plain(away, "/.well-known/acme-challenge/t")).toMatchObject({ status: 502 });
    await using none = await openTlsEdge({ ...listening, agent });
    expect(await plain(none, "/.well-known/acme-challenge/t")).toMatchObject({ status: 404 });
  });
});

const unrecognizedName = "ERR_SSL_TLSV1_UNRECOGNIZED_NAME";

/** The serial served for a name, after the chain was checked against the root. */
async function serialFor(edge: TlsEdge, name: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<PeerCertificate>();
  const socket = connect({ host: "127.0.0.1", port: edge.tlsPort, servername: name, ca: ca.rootPem });
  socket.once("secureConnect", () => resolve(socket.getPeerCertificate()));
  socket.once("error", reject);
  try {
    return (await promise).serialNumber.toLowerCase();
  } finally {
    socket.destroy();
  }
}

const plain = (edge: TlsEdge, path: string) =>
  answerOf(
    httpRequest({
      host: "127.0.0.1",
      port: edge.httpPort,
      path,
      headers: { host: "a.example.com:80" },
      agent: false,
    }),
  );

async function answerOf(request: ReturnType<typeof httpRequest>) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    location: string;
    body: string;
  }>();
  request.once("error", reject);
  request.once("response", (response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    response.once("end", () =>
      resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? "", body }),
    );
  });
  request.end();
  return await promise;
}
