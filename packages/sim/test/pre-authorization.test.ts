import { expect, test } from "vitest";
import { startSimCa } from "../src/index.ts";
import { type Answer, problemOf, TestClient } from "./test-client.ts";

const authorize = async (client: TestClient, value: string, type = "dns"): Promise<Answer> =>
  await client.post(client.url("newAuthz"), { identifier: { type, value } });

test("a name that is authorized first makes its order ready at once", async () => {
  await using ca = await startSimCa({ alwaysValid: true, preAuthorization: true });
  const client = await TestClient.registered(ca.directoryUrl);
  const created = await authorize(client, "A.example.com");
  expect(created.status, created.text).toBe(201);
  expect(created.json).toMatchObject({
    status: "pending",
    identifier: { type: "dns", value: "a.example.com" },
  });
  const url = String(created.headers.get("location"));
  const [challenge] = await client.challenges({ authorizations: [url] });
  await client.post(String(challenge?.url), {});
  expect((await client.post(url, null)).json["status"]).toBe("valid");
  const { json } = await client.newOrder("a.example.com");
  expect(json).toMatchObject({ status: "ready", authorizations: [url] });
  expect((await authorize(client, "a.example.com")).headers.get("location")).toBe(url);
  expect(ca.counts().newAuthz).toBe(2);
});

test("names that are not authorized", async () => {
  await using ca = await startSimCa({ preAuthorization: true, blockedNames: ["bank.example.com"] });
  const client = await TestClient.registered(ca.directoryUrl);
  expect(problemOf(await authorize(client, "*.example.com"))).toBe("400 malformed");
  expect(problemOf(await authorize(client, "bank.example.com"))).toBe("400 rejectedIdentifier");
  expect(problemOf(await authorize(client, "a@example.com", "email"))).toBe("400 unsupportedIdentifier");
  expect(problemOf(await client.post(client.url("newAuthz"), {}))).toBe("400 malformed");
});

test("a CA that takes none has no such resource", async () => {
  await using ca = await startSimCa();
  const client = await TestClient.registered(ca.directoryUrl);
  expect(client.directory).not.toHaveProperty("newAuthz");
  const url = `${new URL(ca.directoryUrl).origin}/acme/new-authorization`;
  const answer = await client.post(url, { identifier: { type: "dns", value: "a.example.com" } });
  expect(problemOf(answer)).toBe("404 malformed");
});
