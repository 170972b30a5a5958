/** What CAs see of the TLS edge that validate by tls-alpn-01 (RFC 8737), and what others see meanwhile. */
import { connect as connectTcp } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { EdgeProof } from "@certmill/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTlsEdge, type TlsEdge } from "../src/tls/tls-edge.ts";

const proof: EdgeProof = {
  identifier: { type: "dns", value: "shop.example.com" },
  keyAuthorization: "DGyRejmCefe7v4NfDGDKfA.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI",
};
const asked: string[] = [];
const served: string[] = [];

let edge: TlsEdge;
beforeAll(async () => {
  edge = await openTlsEdge({
    agent: {
      demand: async (name) => {
        served.push(name);
        return null;
      },
    },
    host: "127.0.0.1",
    tlsPort: 0,
    httpPort: null,
    responder: null,
    proofFor: async (serverName) => {
      asked.push(serverName);
      if (serverName === "away.example.com") throw new Error("the server is away");
      if (serverName === "broken.example.com") return { ...proof, keyAuthorization: "no token at all" };
      return serverName === "shop.example.com" ? proof : null;
    },
    cacheSize: 1,
  });
});
afterAll(() => edge[Symbol.asyncDispose]());

async function handshake(options: ConnectionOptions): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const socket = connect({ host: "127.0.0.1", port: edge.tlsPort, rejectUnauthorized: false, ...options });
  socket.once("secureConnect", () => resolve(socket));
  socket.once("error", reject);
  return promise;
}

const asCa = (servername: string) => handshake({ servername, ALPNProtocols: ["acme-tls/1"] });

test("a CA is shown the certificate of the name, by the protocol, and then the edge hangs up", async () => {
  const socket = await asCa("shop.example.com");
  expect(socket.alpnProtocol).toBe("acme-tls/1");
  const shown = socket.getPeerX509Certificate();
  expect(shown?.subjectAltName).toBe("DNS:shop.example.com");
  expect(shown?.verify(shown.publicKey)).toBe(true);
  // RFC 8737 section 6.1: id-pe-acmeIdentifier, 1.3.6.1.5.5.7.1.31.
  expect(shown?.raw.includes(Buffer.from("06082b0601050507011f0101ff", "hex"))).toBe(true);
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once("close", () => resolve()).resume();
  await promise;
});

test("a name that is not being validated, a server that is away and a proof of no use are refused", async () => {
  const refused = { code: "ERR_SSL_TLSV1_UNRECOGNIZED_NAME" };
  await expect(asCa("other.example.com")).rejects.toMatchObject(refused);
  await expect(asCa("away.example.com")).rejects.toMatchObject(refused);
  await expect(asCa("broken.example.com")).rejects.toMatchObject(refused);
});

test("whoever offers anything else is served, and the server is not asked", async () => {
  asked.length = 0;
  const refused = { code: "ERR_SSL_TLSV1_UNRECOGNIZED_NAME" };
  await expect(handshake({ servername: "Shop.example.com" })).rejects.toMatchObject(refused);
  const both = handshake({ servername: "two.example.com", ALPNProtocols: ["acme-tls/1", "http/1.1"] });
  await expect(both).rejects.toMatchObject(refused);
  expect(served).toEqual(["shop.example.com", "two.example.com"]);
  expect(asked).toEqual([]);
});

test("what is no TLS is told so, at once", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  connectTcp(edge.tlsPort, "127.0.0.1")
    .on("close", () => resolve())
    .on("error", () => {})
    .end("GET / HTTP/1.1\r\n\r\n")
    .resume();
  await promise;
});
