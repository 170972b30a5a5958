import { expect, test } from "vitest";
import { type FaultRates, startSimCa } from "../src/index.ts";
import { certificateRequest, problemOf, TestClient } from "./test-client.ts";

test("each fault that is planned happens once, to that resource", async () => {
  await using ca = await startSimCa({ alwaysValid: true });
  const client = await TestClient.registered(ca.directoryUrl);

  ca.failNext("bad-nonce", "newOrder");
  const refused = await client.newOrder("a.example.com");
  expect(problemOf(refused)).toBe("400 badNonce");
  expect(refused.headers.get("replay-nonce")).not.toBeNull();

  ca.failNext("server-error", "newOrder");
  const broken = await client.newOrder("a.example.com");
  expect(problemOf(broken)).toBe("500 serverInternal");
  expect(broken.headers.get("retry-after")).toBe("60");

  ca.failNext("unavailable", "newOrder");
  const busy = await client.newOrder("a.example.com");
  expect(problemOf(busy)).toBe("503 rateLimited");
  expect(busy.headers.get("retry-after")).toBe("1");
  expect(busy.headers.get("replay-nonce")).toBeNull();

  ca.failNext("drop-before", "newOrder");
  await expect(client.newOrder("a.example.com")).rejects.toThrow("fetch failed");
  expect(ca.counts().ordersByStatus.pending).toBe(0);

  ca.failNext("drop-after", "newOrder");
  await expect(client.newOrder("a.example.com")).rejects.toThrow("fetch failed");
  expect(ca.counts().ordersByStatus.pending).toBe(1);

  expect((await client.newOrder("a.example.com")).status).toBe(201);
  const faults = ca.requests().filter(({ resource }) => resource === "newOrder");
  expect(faults.map(({ status, fault }) => [status, fault])).toEqual([
    [400, "bad-nonce"],
    [500, "server-error"],
    [503, "unavailable"],
    [null, "drop-before"],
    [null, "drop-after"],
    [201, null],
  ]);
});

test("the same seed gives the same faults, at about their rates", async () => {
  const faults: FaultRates = { badNonceRate: 0.3, serverErrorRate: 0.2, only: ["order"] };
  const run = async (seed: number): Promise<readonly (string | null)[]> => {
    await using ca = await startSimCa({ seed, faults });
    const client = await TestClient.registered(ca.directoryUrl);
    for (let i = 0; i < 100; i += 1)
      await client.post(`${new URL(ca.directoryUrl).origin}/acme/order/1`, null);
    const requests = ca.requests();
    expect(requests.filter(({ resource, fault }) => resource !== "order" && fault !== null)).toEqual([]);
    return requests.filter(({ resource }) => resource === "order").map(({ fault }) => fault);
  };
  const first = await run(7);
  expect(await run(7)).toEqual(first);
  expect(await run(8)).not.toEqual(first);
  const share = (fault: string): number => first.filter((each) => each === fault).length / 100;
  // Three standard deviations of 100 draws.
  expect(Math.abs(share("bad-nonce") - 0.3)).toBeLessThan(0.14);
  expect(Math.abs(share("server-error") - 0.2)).toBeLessThan(0.12);
});

test("an issuance can fail: the order is invalid and says why", async () => {
  await using ca = await startSimCa({ alwaysValid: true, faults: { issuanceFailureRate: 1 } });
  const client = await TestClient.registered(ca.directoryUrl);
  const { json } = await client.newOrder("a.example.com");
  for (const { url } of await client.challenges(json)) await client.post(url, {});
  const { csr } = await certificateRequest(["DNS:a.example.com"]);
  const { json: order } = await client.post(String(json["finalize"]), { csr });
  expect(order).toMatchObject({
    status: "invalid",
    error: { type: "urn:ietf:params:acme:error:serverInternal" },
  });
});
