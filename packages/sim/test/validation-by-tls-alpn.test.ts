import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type TlsOptions } from "node:tls";
import { milliseconds } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSimCa } from "../src/index.ts";
import { openssl, TestClient } from "./test-client.ts";
import { offeredChallenge, tryChallenge } from "./try-challenge.ts";

type Identifier = Parameters<typeof offeredChallenge>[1];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sim-tls-alpn-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** What a certificate of a test says; openssl's words. */
interface Shown {
  readonly names: string;
  /** `null`: there is no such extension. */
  readonly acmeIdentifier: string | null;
}

const proof = (keyAuthorization: string): string =>
  `critical,DER:0420${createHash("sha256").update(keyAuthorization).digest("hex")}`;

/** @param issuer openssl's options for who signs it; without them, its own key does. */
async function certificate(
  { names, acmeIdentifier }: Shown,
  issuer: readonly string[] = [],
): Promise<{ key: string; cert: string }> {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const base = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const alternativeNames = names === "" ? [] : ["-addext", `subjectAltName=${names}`];
  const extension = acmeIdentifier === null ? [] : ["-addext", `1.3.6.1.5.5.7.1.31=${acmeIdentifier}`];
  const files = ["-days", "1", "-subj", "/CN=challenge", "-keyout", key, "-out", cert];
  await openssl(...base, ...files, ...alternativeNames, ...extension, ...issuer);
  return { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
}

/** Signed by another key than its own, under the same name as its own. */
async function signedByAnother(shown: Shown): Promise<{ key: string; cert: string }> {
  const issuer = await certificate({ names: "", acmeIdentifier: null });
  const [issuerKey, issuerCert] = [join(folder, "issuer-key.pem"), join(folder, "issuer.pem")];
  await writeFile(issuerKey, issuer.key);
  await writeFile(issuerCert, issuer.cert);
  return await certificate(shown, ["-CA", issuerCert, "-CAkey", issuerKey]);
}

async function listening(server: Server): Promise<{ port: number } & AsyncDisposable> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const { promise: closed, resolve: close } = Promise.withResolvers<void>();
      server.close(() => {
        close();
      });
      await closed;
    },
  };
}

/** Reads a connection to its end, without which it would not be closed. */
const drained = (socket: Socket): void => {
  socket.on("error", () => undefined).resume();
};

const HTTPS_DEADLINE = milliseconds(20_000);

/** One attempt for `identifier` at a TLS server which shows the certificate and answers ALPN in this way. */
async function attempt(
  identifier: Identifier,
  certificateFor: (keyAuthorization: string) => Promise<{ key: string; cert: string }>,
  alpn: TlsOptions,
) {
  let port = 1;
  await using ca = await startSimCa({
    names: () => ({ kind: "host", addresses: ["127.0.0.1"], httpPort: 1, httpsPort: port }),
    validationDeadline: HTTPS_DEADLINE,
  });
  const client = await TestClient.registered(ca.directoryUrl);
  const offered = await offeredChallenge(client, identifier, "tls-alpn-01");
  const server = createServer({ ...(await certificateFor(offered.keyAuthorization)), ...alpn }, drained);
  await using site = await listening(server);
  port = site.port;
  return await tryChallenge(client, offered);
}

const SPEAKS: TlsOptions = { ALPNProtocols: ["acme-tls/1"] };
const NAME: Identifier = { type: "dns", value: "alpn.example.com" };

test.each<[Identifier, string, string]>([
  [NAME, "DNS:ALPN.example.com", "alpn.example.com"],
  [{ type: "ip", value: "192.0.2.10" }, "IP:192.0.2.10", "10.2.0.192.in-addr.arpa"],
  [
    { type: "ip", value: "2001:db8::1" },
    "IP:2001:db8::1",
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
  ],
])("$value is valid: asked for by SNI, and by acme-tls/1 alone", async (identifier, names, serverName) => {
  const hellos: { readonly servername: string; readonly protocols: string[] }[] = [];
  const problem = await attempt(
    identifier,
    async (keyAuthorization) => certificate({ names, acmeIdentifier: proof(keyAuthorization) }),
    {
      ALPNCallback: (hello) => {
        hellos.push(hello);
        return "acme-tls/1";
      },
    },
  );
  expect(problem).toBeNull();
  expect(hellos).toEqual([{ servername: serverName, protocols: ["acme-tls/1"] }]);
});

test.each<[string, (keyAuthorization: string) => Shown, string]>([
  ["another name", (right) => ({ names: "DNS:b.test", acmeIdentifier: proof(right) }), "other names"],
  [
    "one name too many",
    (right) => ({ names: "DNS:alpn.example.com,DNS:b.test", acmeIdentifier: proof(right) }),
    "other names",
  ],
  ["no name", (right) => ({ names: "", acmeIdentifier: proof(right) }), "other names"],
  [
    "a name of another kind",
    (right) => ({ names: "email:alpn.example.com@b.test", acmeIdentifier: proof(right) }),
    "other names",
  ],
  ["no proof", () => ({ names: "DNS:alpn.example.com", acmeIdentifier: null }), "no acmeValidationV1"],
  [
    "a proof that is not critical",
    (right) => ({ names: "DNS:alpn.example.com", acmeIdentifier: proof(right).replace("critical,", "") }),
    "not Critical",
  ],
  [
    "the proof of something else",
    () => ({ names: "DNS:alpn.example.com", acmeIdentifier: proof("other") }),
    "but expected 0420",
  ],
  [
    "a proof without its OCTET STRING",
    (right) => ({ names: "DNS:alpn.example.com", acmeIdentifier: proof(right).replace("0420", "") }),
    "but expected 0420",
  ],
])("unauthorized: %s", async (_, shown, detail) => {
  const problem = await attempt(NAME, async (right) => certificate(shown(right)), SPEAKS);
  expect(problem).toMatchObject({ type: "urn:ietf:params:acme:error:unauthorized", status: 403 });
  expect(problem?.["detail"]).toMatch(/^127\.0\.0\.1: Incorrect validation certificate for tls-alpn-01/);
  expect(problem?.["detail"]).toContain(detail);
});

test("unauthorized: signed by another key", async () => {
  const problem = await attempt(
    NAME,
    async (right) => signedByAnother({ names: "DNS:alpn.example.com", acmeIdentifier: proof(right) }),
    SPEAKS,
  );
  expect(problem).toMatchObject({ type: "urn:ietf:params:acme:error:unauthorized" });
  expect(problem?.["detail"]).toContain("not self-signed");
});

test.each<[string, TlsOptions]>([
  ["knows no ALPN", {}],
  ["speaks other protocols", { ALPNProtocols: ["h2", "http/1.1"] }],
])("unauthorized: a server that %s", async (_, alpn) => {
  const problem = await attempt(
    NAME,
    async (right) => certificate({ names: "DNS:alpn.example.com", acmeIdentifier: proof(right) }),
    alpn,
  );
  expect(problem).toMatchObject({
    type: "urn:ietf:params:acme:error:unauthorized",
    detail: '127.0.0.1: Cannot negotiate ALPN protocol "acme-tls/1" for tls-alpn-01 challenge',
  });
});

/** One attempt at a TCP server which is none for TLS. `null`: nobody listens. */
async function attemptAt(server: Server | null, validationDeadline = HTTPS_DEADLINE) {
  await using site = server === null ? null : await listening(server);
  await using ca = await startSimCa({ httpsPort: site?.port ?? 1, validationDeadline });
  const client = await TestClient.registered(ca.directoryUrl);
  return await tryChallenge(client, await offeredChallenge(client, NAME, "tls-alpn-01"));
}

test("tls: the answer is not TLS", async () => {
  const server = createTcpServer((socket) => {
    drained(socket);
    socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  expect(await attemptAt(server)).toMatchObject({ type: "urn:ietf:params:acme:error:tls" });
});

test("connection: refused, cut, silent", async () => {
  expect(await attemptAt(null)).toMatchObject({
    type: "urn:ietf:params:acme:error:connection",
    detail: "127.0.0.1: Connection refused",
  });
  expect(await attemptAt(createTcpServer((socket) => socket.destroy()))).toMatchObject({
    type: "urn:ietf:params:acme:error:connection",
    detail: "127.0.0.1: Connection reset by peer",
  });
  expect(await attemptAt(createTcpServer(drained), milliseconds(50))).toMatchObject({
    type: "urn:ietf:params:acme:error:connection",
    detail: expect.stringContaining("127.0.0.1: Timeout"),
  });
});

test("all perspectives look, from addresses of their own", async () => {
  const from: string[] = [];
  let port = 1;
  await using ca = await startSimCa({
    perspectives: 3,
    names: () => ({ kind: "host", addresses: ["::1", "127.0.0.1"], httpPort: 1, httpsPort: port }),
  });
  const client = await TestClient.registered(ca.directoryUrl);
  const offered = await offeredChallenge(client, NAME, "tls-alpn-01");
  const shown = { names: "DNS:alpn.example.com", acmeIdentifier: proof(offered.keyAuthorization) };
  const server = createServer({ ...(await certificate(shown)), ...SPEAKS }, (socket) => {
    from.push(String(socket.remoteAddress));
    drained(socket);
  });
  {
    await using site = await listening(server);
    port = site.port;
    expect(await tryChallenge(client, offered)).toBeNull();
  }
  expect(from.sort()).toEqual(["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
});

test.each(["dns", "connection", "unauthorized"] as const)("a name listed as wrong: %s", async (as) => {
  await using ca = await startSimCa({ wrongNames: { [NAME.value]: as } });
  const client = await TestClient.registered(ca.directoryUrl);
  const problem = await tryChallenge(client, await offeredChallenge(client, NAME, "tls-alpn-01"));
  expect(problem).toMatchObject({ type: `urn:ietf:params:acme:error:${as}` });
});
