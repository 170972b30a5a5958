import { hours, instant, minutes } from "@certmill/domain";
import { expect, test } from "vitest";
import { NO_LIMITS, per, startSimCa } from "../src/index.ts";
import { type Issued, issue } from "./issue.ts";
import { problemOf, readAnswer, TestClient } from "./test-client.ts";

const START = instant(Date.UTC(2027, 0, 1));

test("a share of the certificates is revoked; each says so, and why, and no exemption comes of it", async () => {
  await using ca = await startSimCa({
    now: () => START,
    alwaysValid: true,
    limits: { ...NO_LIMITS, newOrdersPerAccount: per(hours(3), 12), replacementExemption: true },
  });
  const client = await TestClient.registered(ca.directoryUrl);
  const issued: Issued[] = [];
  for (let n = 0; n < 12; n += 1) issued.push(await issue(client, [`${n}.example.com`]));
  expect(ca.revokeMany({ share: 0, explanationUrl: "https://ca.test/incident" })).toEqual([]);
  const revoked = new Set(ca.revokeMany({ share: 0.5, explanationUrl: "https://ca.test/incident" }));
  expect(revoked.size).toBeGreaterThan(0);
  expect(revoked.size).toBeLessThan(12);
  for (const { leaf, certificateId } of issued) {
    const { json } = await readAnswer(await fetch(`${client.url("renewalInfo")}/${certificateId}`));
    expect(json["explanationURL"] === "https://ca.test/incident").toBe(revoked.has(leaf.serialNumber));
    if (!revoked.has(leaf.serialNumber)) continue;
    const { end } = json["suggestedWindow"] as { end: string };
    expect(Date.parse(end)).toBe(START - minutes(30));
    const again = await client.post(client.url("revokeCert"), {
      certificate: leaf.raw.toString("base64url"),
    });
    expect(problemOf(again)).toBe("400 alreadyRevoked");
    const identifiers = [{ type: "dns", value: leaf.subjectAltName?.replace("DNS:", "") }];
    const order = await client.post(client.url("newOrder"), { identifiers, replaces: certificateId });
    expect(problemOf(order)).toBe("429 rateLimited");
  }
  expect(ca.revokeMany({ share: 1, explanationUrl: "https://ca.test/incident" }).length).toBe(
    12 - revoked.size,
  );
});

test("a CA is down in many ways, and up again as it was", async () => {
  await using ca = await startSimCa({ alwaysValid: true });
  const client = await TestClient.registered(ca.directoryUrl);
  const { headers } = await client.newOrder("a.example.com");
  const { newNonce } = (await (await fetch(ca.directoryUrl)).json()) as { newNonce: string };
  const look = async (): Promise<string> => {
    const response = await fetch(newNonce).catch(() => null);
    return response === null ? "cut" : `${response.status} ${response.headers.get("retry-after")}`;
  };
  ca.setOutage(true);
  expect(await look()).toBe("503 null");
  ca.setOutage("server-error");
  expect(await look()).toBe("500 60");
  ca.setOutage("busy");
  expect(await look()).toBe("503 60");
  ca.setOutage("drop");
  expect(await look()).toBe("cut");
  expect((await fetch(ca.directoryUrl).catch(() => null)) === null).toBe(true);
  ca.setOutage(false);
  expect((await client.post(String(headers.get("location")), null)).json["status"]).toBe("pending");
  expect(ca.counts().duringOutage).toBeGreaterThanOrEqual(5);
});
