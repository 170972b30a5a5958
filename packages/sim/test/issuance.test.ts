import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { days, instant, milliseconds, seconds } from "@certmill/domain";
import { expect, test } from "vitest";
import { startSimCa } from "../src/index.ts";
import { certificateRequest, type Json, openssl, TestClient } from "./test-client.ts";
import { startTestSite, type TestSite } from "./test-site.ts";

const SANS = ["DNS:a.example.com", "DNS:b.example.com"];

/** An order that is ready, finalized with a fresh key. */
async function issue(
  client: TestClient,
  site: TestSite,
): Promise<{ order: Json; chain: string; keyPem: string }> {
  const { finalize, url } = await client.validated(site, "a.example.com", "b.example.com");
  const { csr, keyPem } = await certificateRequest(SANS);
  await client.post(String(finalize), { csr });
  const order = await client.settled(url, "processing");
  const { text: chain, headers } = await client.post(String(order["certificate"]), null);
  expect(headers.get("content-type")).toBe("application/pem-certificate-chain");
  return { order, chain, keyPem };
}

test("from an account to a certificate that openssl accepts", async () => {
  await using site = await startTestSite();
  await using ca = await startSimCa({ httpPort: site.port });
  const client = await TestClient.registered(ca.directoryUrl);
  const { order, chain } = await issue(client, site);
  expect(order["status"]).toBe("valid");

  const folder = await mkdtemp(join(tmpdir(), "sim-"));
  try {
    const [root, file] = [join(folder, "root.pem"), join(folder, "chain.pem")];
    await writeFile(root, ca.rootPem);
    await writeFile(file, chain);
    const trust = ["-x509_strict", "-purpose", "sslserver", "-CAfile", root, "-untrusted", file];
    expect(await openssl("verify", ...trust, "-verify_hostname", "b.example.com", file)).toContain("OK");
  } finally {
    await rm(folder, { recursive: true });
  }
  expect(chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  const leaf = new X509Certificate(chain);
  expect(leaf.subjectAltName?.split(", ").sort()).toEqual(SANS);
  expect(leaf.validToDate.getTime() - leaf.validFromDate.getTime()).toBe(days(90) - seconds(1));
});

test("node:tls serves the chain and trusts its root", async () => {
  await using site = await startTestSite();
  await using ca = await startSimCa({ httpPort: site.port });
  const { chain, keyPem } = await issue(await TestClient.registered(ca.directoryUrl), site);
  const server = createServer({ cert: chain, key: keyPem }, (socket) => socket.end("hello"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: "127.0.0.1", servername: "a.example.com", ca: ca.rootPem });
  await once(socket, "secureConnect");
  expect(socket.authorized).toBe(true);
  socket.destroy();
  server.close();
  await once(server, "close");
});

test("an RSA key, an IP address, a name as common name", async () => {
  await using ca = await startSimCa({ alwaysValid: true, processing: null });
  const client = await TestClient.registered(ca.directoryUrl);
  const identifiers = [
    { type: "ip", value: "127.0.0.1" },
    { type: "ip", value: "2001:DB8:0::1" },
    { type: "dns", value: "A.example.com" },
  ];
  const { json, headers } = await client.post(client.url("newOrder"), { identifiers });
  for (const { url } of await client.challenges(json)) await client.post(url, {});
  const folder = await mkdtemp(join(tmpdir(), "sim-"));
  const keyFile = join(folder, "key.pem");
  await openssl("genrsa", "-out", keyFile, "2048");
  const keyPem = await openssl("rsa", "-in", keyFile);
  await rm(folder, { recursive: true });
  const { csr } = await certificateRequest(["IP:127.0.0.1", "IP:2001:db8::1"], {
    subject: "/CN=a.example.com",
    keyPem,
  });
  const { json: order } = await client.post(String(json["finalize"]), { csr });
  expect(order["status"], JSON.stringify(order)).toBe("valid");
  expect(headers.get("location")).not.toBeNull();
  const { text } = await client.post(String(order["certificate"]), null);
  const names = new X509Certificate(text).subjectAltName?.split(", ").sort();
  expect(names).toEqual(["DNS:a.example.com", "IP Address:127.0.0.1", "IP Address:2001:DB8:0:0:0:0:0:1"]);
});

test("over HTTPS, by its own root", async () => {
  await using ca = await startSimCa({ tls: true });
  const { hostname, port } = new URL(ca.directoryUrl);
  const socket = connect({ host: hostname, port: Number(port), ca: String(ca.httpsRootPem) });
  await once(socket, "secureConnect");
  expect(socket.authorized).toBe(true);
  socket.destroy();
});

test("an order is processing until its time has come, then valid", async () => {
  let now = instant(Date.UTC(2027, 0, 1));
  await using ca = await startSimCa({ alwaysValid: true, processing: seconds(30), now: () => now });
  const client = await TestClient.registered(ca.directoryUrl);
  const { json, headers } = await client.newOrder("a.example.com");
  for (const { url } of await client.challenges(json)) await client.post(url, {});
  const { csr } = await certificateRequest(["DNS:a.example.com"]);
  const finalized = await client.post(String(json["finalize"]), { csr });
  expect(finalized.json["status"]).toBe("processing");
  expect(finalized.headers.get("retry-after")).toBe("1");
  const url = String(headers.get("location"));
  now = instant(now + seconds(30) - 1);
  expect((await client.post(url, null)).json).toMatchObject({ status: "processing" });
  now = instant(now + 1);
  expect((await client.post(url, null)).json).toMatchObject({
    status: "valid",
    certificate: expect.any(String),
  });
  expect(ca.counts()).toMatchObject({ newOrder: 1, issued: 1, ordersByStatus: { valid: 1, pending: 0 } });
});

test.each([
  ["none", { form: "none" }, null],
  ["seconds, rounded up", { form: "seconds", wait: milliseconds(1_001) }, "2"],
  ["a date", { form: "date", wait: seconds(90) }, "Fri, 01 Jan 2027 00:01:30 GMT"],
] as const)("Retry-After: %s", async (_, retryAfter, expected) => {
  await using ca = await startSimCa({ retryAfter, now: () => instant(Date.UTC(2027, 0, 1)) });
  const client = await TestClient.registered(ca.directoryUrl);
  const { json, headers } = await client.newOrder("a.example.com");
  const order = await client.post(String(headers.get("location")), null);
  expect(order.headers.get("retry-after")).toBe(expected);
  const [authorization] = json["authorizations"] as string[];
  expect((await client.post(String(authorization), null)).headers.get("retry-after")).toBe(expected);
});

test("an open order for the same names is handed out again, in any order and case", async () => {
  await using ca = await startSimCa({ alwaysValid: true });
  const client = await TestClient.registered(ca.directoryUrl);
  const first = await client.newOrder("a.example.com", "b.example.com");
  const again = await client.newOrder("B.example.com", "a.example.com", "a.example.com");
  expect(again.headers.get("location")).toBe(first.headers.get("location"));
  const other = await client.newOrder("a.example.com");
  expect(other.headers.get("location")).not.toBe(first.headers.get("location"));
});

test("without reuse every order and authorization is a new one", async () => {
  await using ca = await startSimCa({ alwaysValid: true, orderReuse: false, authorizationReuse: "none" });
  const client = await TestClient.registered(ca.directoryUrl);
  const orders = [await client.newOrder("a.example.com"), await client.newOrder("a.example.com")];
  expect(new Set(orders.map(({ headers }) => headers.get("location"))).size).toBe(2);
  expect(new Set(orders.map(({ json }) => String(json["authorizations"]))).size).toBe(2);
});

test("a valid authorization makes the next order ready at once, until it ends", async () => {
  let now = instant(Date.UTC(2027, 0, 1));
  await using ca = await startSimCa({ alwaysValid: true, now: () => now, authorizationLife: days(2) });
  const client = await TestClient.registered(ca.directoryUrl);
  const { json } = await client.newOrder("a.example.com");
  for (const { url } of await client.challenges(json)) await client.post(url, {});
  expect((await client.newOrder("a.example.com")).json["status"]).toBe("ready");
  now = instant(now + days(2));
  expect((await client.newOrder("a.example.com")).json["status"]).toBe("pending");
});

test("an account lists its orders, in pages, without the invalid ones", async () => {
  await using ca = await startSimCa({ alwaysValid: true, wrongNames: { "*.bad.example.com": "dns" } });
  const client = await TestClient.registered(ca.directoryUrl);
  const failed = await client.newOrder("x.bad.example.com");
  await client.attempt(failed.json);
  const urls: string[] = [];
  for (let i = 0; i < 100; i += 1) {
    urls.push(String((await client.newOrder(`n${i}.example.com`)).headers.get("location")));
  }
  const { json } = await client.post(String(client.accountUrl), {});
  const first = await client.post(String(json["orders"]), null);
  const next = /<([^>]+)>;rel="next"/.exec(first.headers.get("link") ?? "")?.[1];
  const second = await client.post(String(next), null);
  expect(second.headers.get("link")).not.toContain("next");
  expect([...(first.json["orders"] as string[]), ...(second.json["orders"] as string[])]).toEqual(urls);
});

test("pages of a list of orders are as long as the CA is told", async () => {
  await using ca = await startSimCa({ ordersPerPage: 2 });
  const client = await TestClient.registered(ca.directoryUrl);
  const urls: string[] = [];
  for (const name of ["a.example.com", "b.example.com", "c.example.com", "d.example.com", "e.example.com"]) {
    urls.push(String((await client.newOrder(name)).headers.get("location")));
  }
  const pages: unknown[] = [];
  let next: string | undefined = `${client.accountUrl}/orders`;
  while (next !== undefined) {
    const page = await client.post(next, null);
    pages.push(page.json["orders"]);
    next = /<([^>]+)>;rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
  }
  expect(pages).toEqual([urls.slice(0, 2), urls.slice(2, 4), urls.slice(4)]);
});

test("every signed request is answered with a fresh nonce and a link to the directory", async () => {
  await using ca = await startSimCa();
  const client = await TestClient.registered(ca.directoryUrl);
  const answers = [await client.newOrder("a.example.com"), await client.newOrder("")];
  for (const { headers } of answers) {
    expect(headers.get("replay-nonce")).toMatch(/^[A-Za-z0-9_-]{22,}$/);
    expect(headers.get("link")).toContain(`<${ca.directoryUrl}>;rel="index"`);
  }
});
