import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startSimCa } from "../src/index.ts";
import { certificateRequest, openssl, TestClient } from "./test-client.ts";

test("flow", async () => {
  const bodies = new Map<string, string>();
  const server = createServer((q, r) => r.end(bodies.get(q.url ?? "") ?? "none"));
  await new Promise<void>((r) => server.listen(0, "127.0.0.1", r));
  await using ca = await startSimCa({ httpPort: (server.address() as AddressInfo).port });
  const client = await TestClient.registered(ca.directoryUrl);
  const { json: order, headers } = await client.newOrder("a.example.com", "b.example.com");
  for (const c of await client.challenges(order)) {
    bodies.set(`/.well-known/acme-challenge/${c.token}`, `${c.token}.${client.thumbprint}`);
    await client.post(c.url, {});
  }
  const orderUrl = String(headers.get("location"));
  const ready = await client.settled(orderUrl, "pending");
  expect(ready["status"]).toBe("ready");
  const { csr } = await certificateRequest(["DNS:a.example.com", "DNS:b.example.com"]);
  const fin = await client.post(String(ready["finalize"]), { csr });
  expect(fin.json).toMatchObject({ status: "processing" });
  const valid = await client.settled(orderUrl, "processing");
  const chain = await client.post(String(valid["certificate"]), null);
  const dir = await mkdtemp(join(tmpdir(), "sim-"));
  await writeFile(join(dir, "root.pem"), ca.rootPem);
  await writeFile(join(dir, "chain.pem"), chain.text);
  console.log(
    await openssl(
      "verify",
      "-x509_strict",
      "-purpose",
      "sslserver",
      "-CAfile",
      join(dir, "root.pem"),
      "-untrusted",
      join(dir, "chain.pem"),
      join(dir, "chain.pem"),
    ),
  );
  console.log(await openssl("x509", "-text", "-noout", "-in", join(dir, "chain.pem")));
  await rm(dir, { recursive: true });
  server.close();
});
