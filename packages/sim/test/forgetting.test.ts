import { days, hours, type Instant, instant } from "@certmill/domain";
import { expect, test } from "vitest";
import { startSimCa } from "../src/index.ts";
import { issue } from "./issue.ts";
import { problemOf, TestClient } from "./test-client.ts";

const START = instant(Date.UTC(2027, 0, 1));

test("what has ended is forgotten a day later; what counts on it is not", async () => {
  const clock: { now: Instant } = { now: START };
  await using ca = await startSimCa({
    now: () => clock.now,
    alwaysValid: true,
    processing: null,
    orderLife: days(2),
    authorizationLife: days(4),
    certificateLife: days(20),
  });
  const client = await TestClient.registered(ca.directoryUrl);
  const first = await issue(client, ["a.example.com"]);
  const { orderUrl } = await issue(client, ["a.example.com"], { replaces: first.certificateId });
  const [authorization] = first.order["authorizations"] as string[];
  const open = String((await client.newOrder("open.example.com")).headers.get("location"));
  const status = async (url: string, wait: number): Promise<unknown> => {
    clock.now = instant(START + wait);
    await client.newOrder("another.example.com");
    const answer = await client.post(url, null);
    return answer.status === 200 ? answer.json["status"] : problemOf(answer);
  };
  expect(await status(open, days(3) - 1)).toBe("invalid");
  expect(await status(orderUrl, days(3) - 1)).toBe("valid");
  expect(await status(String(authorization), days(4) + hours(23))).toBe("expired");
  expect(await status(open, days(3) + hours(1))).toBe("404 malformed");
  expect(await status(orderUrl, days(3) + hours(1))).toBe("404 malformed");
  expect(await status(String(authorization), days(5) + hours(1))).toBe("404 malformed");
  expect(ca.counts()).toMatchObject({ issued: 2, ordersByStatus: { valid: 2 } });

  const replacement = {
    identifiers: [{ type: "dns", value: "a.example.com" }],
    replaces: first.certificateId,
  };
  expect(problemOf(await client.post(client.url("newOrder"), replacement))).toBe("409 alreadyReplaced");
  clock.now = instant(START + days(22));
  const { order } = await issue(client, ["a.example.com"]);
  expect(problemOf(await client.post(client.url("newOrder"), replacement))).toBe("404 malformed");
  expect((await client.post(String(order["certificate"]), null)).status).toBe(200);
  expect(ca.counts().issued).toBe(3);
});
