import { generateKeyPair } from "jose";
import { expect, test } from "vitest";
import { startSimCa } from "../src/index.ts";
import { issue } from "./issue.ts";
import { certificateRequest, problemOf, TestClient } from "./test-client.ts";

test("signatures are trusted: of requests and of CSRs, and nothing else is", async () => {
  await using ca = await startSimCa({ alwaysValid: true, trustSignatures: true, processing: null });
  const client = await TestClient.registered(ca.directoryUrl);
  const { leaf } = await issue(client, ["a.example.com"]);
  expect(leaf.subjectAltName).toBe("DNS:a.example.com");

  const signingKey = (await generateKeyPair("ES256")).privateKey;
  const identifiers = [{ type: "dns", value: "b.example.com" }];
  const order = await client.post(client.url("newOrder"), { identifiers }, { signingKey });
  expect(order.status).toBe(201);
  await client.attempt(order.json);
  const { der } = await certificateRequest(["DNS:b.example.com"]);
  der.writeUInt8((der.at(-1) ?? 0) ^ 1, der.length - 1);
  const finalized = await client.post(String(order.json["finalize"]), { csr: der.toString("base64url") });
  expect(finalized.json["status"]).toBe("valid");

  const header = { nonce: "made-up" };
  expect(problemOf(await client.post(client.url("newOrder"), { identifiers }, { header }))).toBe(
    "400 badNonce",
  );
  const { csr } = await certificateRequest(["DNS:c.example.com"]);
  const other = (await client.newOrder("a.example.com")).json;
  expect(problemOf(await client.post(String(other["finalize"]), { csr }))).toBe("400 badCSR");
});
