import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { seconds } from "@certmill/domain";
import { expect, test } from "vitest";
import { freePort } from "../../../../tools/peers/free-port.ts";
import { seeCertificate } from "../../src/checks/see-certificate.ts";

async function serve(handle: Parameters<typeof createServer>[1]): Promise<{ server: Server; port: number }> {
  const server = createServer(handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

const see = (port: number, signal = AbortSignal.timeout(seconds(20))) =>
  seeCertificate({ address: "127.0.0.1", port, name: "shop.example.com", verifies: "all", signal });

test("a closed port, and one that speaks no TLS", async () => {
  expect(await see(await freePort())).toEqual({ kind: "unreachable", detail: "connection refused" });
  const { server, port } = await serve((socket) => socket.resume().end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  expect(await see(port)).toMatchObject({ kind: "failed" });
  server.close();
});

test("one that says nothing is left when the time is up", async () => {
  const { server, port } = await serve((socket) => socket.on("error", () => {}).resume());
  const given = new AbortController();
  server.once("connection", () => given.abort());
  expect(await see(port, given.signal)).toMatchObject({ detail: "it takes too long" });
  server.close();
});
