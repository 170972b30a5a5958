import { describe, expect, it } from "vitest";
import { problem } from "../../test/scripted-ca.ts";
import { key, NOW, orderOf, paths, startClient } from "../../test/scripted-client.ts";
import { AcmeError } from "../wire/acme-error.ts";
import { undiciTransport } from "../wire/undici-transport.ts";
import { AcmeClient } from "./acme-client.ts";

it("spends the nonces of a directory at that directory alone", async () => {
  await using first = await startClient();
  await using second = await startClient();
  for (const { ca } of [first, second]) {
    const nonce = ca === first.ca ? "of-the-first" : "of-the-second";
    ca.script("/order/1", { body: orderOf(ca), nonce }, { body: orderOf(ca), nonce });
  }
  for (const { ca, client } of [first, second, second, first]) await client.order(`${ca.origin}/order/1`);
  expect(first.ca.seen.at(-1)?.header?.["nonce"]).toBe("of-the-first");
  expect(second.ca.seen.at(-1)?.header?.["nonce"]).toBe("of-the-second");
});

describe("badNonce", () => {
  it("is answered with the nonce of the refusal", async () => {
    await using setup = await startClient();
    const { ca, client } = setup;
    ca.script("/order/1", { ...problem("badNonce", 400), nonce: "better" }, { body: orderOf(ca) });
    await client.order(`${ca.origin}/order/1`);
    expect(ca.seen.slice(2).map(({ header }) => header?.["nonce"])).toEqual(["fresh2", "better"]);
    expect(setup.observed.map(({ status, retries }) => [status, retries])).toEqual([
      [200, 0],
      [200, 0],
      [400, 0],
      [200, 1],
    ]);
  });

  it("is answered with a new one when the refusal brings none", async () => {
    await using setup = await startClient();
    const { ca, client } = setup;
    ca.script("/order/1", { ...problem("badNonce", 400), nonce: null }, { body: orderOf(ca) });
    await client.order(`${ca.origin}/order/1`);
    expect(paths(ca).slice(2)).toEqual(["POST /order/1", "HEAD /nonce", "POST /order/1"]);
  });

  it("is the end after five retries", async () => {
    await using setup = await startClient();
    const { ca, client } = setup;
    ca.script("/order/1", ...Array.from({ length: 7 }, () => problem("badNonce", 400)));
    await expect(client.order(`${ca.origin}/order/1`)).rejects.toMatchObject({
      problem: { type: "badNonce" },
    });
    expect(paths(ca).filter((path) => path === "POST /order/1")).toHaveLength(6);
  });
});

describe("beforeRequest", () => {
  it("is awaited before each request, each try of one too, once its nonce is there", async () => {
    await using setup = await startClient();
    const { ca, accountUrl, transport } = setup;
    const told: string[] = [];
    const client = new AcmeClient({
      directoryUrl: ca.directoryUrl,
      transport,
      key,
      accountUrl,
      now: () => NOW,
      beforeRequest: async (resource, signal) => {
        await Promise.resolve();
        told.push(`${resource} ${ca.seen.length} ${signal === null ? "shared" : "own"}`);
      },
    });
    ca.script("/order/1", problem("badNonce", 400), { body: orderOf(ca) });
    await client.order(`${ca.origin}/order/1`, new AbortController().signal);
    expect(told).toEqual(["directory 0 shared", "newNonce 1 shared", "order 2 own", "order 3 own"]);
  });

  it("sends nothing when it rejects, and keeps the nonce for the next", async () => {
    await using setup = await startClient();
    const { ca, accountUrl, transport } = setup;
    const reason = new Error("not now");
    let isOpen = true;
    const client = new AcmeClient({
      directoryUrl: ca.directoryUrl,
      transport,
      key,
      accountUrl,
      now: () => NOW,
      beforeRequest: async () => {
        if (!isOpen) throw reason;
      },
    });
    ca.script("/order/1", { body: orderOf(ca), nonce: "kept" }, { body: orderOf(ca) });
    await client.order(`${ca.origin}/order/1`);
    isOpen = false;
    await expect(client.order(`${ca.origin}/order/1`)).rejects.toBe(reason);
    isOpen = true;
    const before = ca.seen.length;
    await client.order(`${ca.origin}/order/1`);
    expect(ca.seen.slice(before).map(({ header }) => header?.["nonce"])).toEqual(["kept"]);
  });
});

it("tells of each refusal what it was, and of no answer none", async () => {
  await using setup = await startClient();
  const { ca, client, observed } = setup;
  ca.script(
    "/order/1",
    { ...problem("rateLimited", 429), headers: { "retry-after": "7" } },
    { body: orderOf(ca) },
  );
  await expect(client.order(`${ca.origin}/order/1`)).rejects.toThrow();
  await client.order(`${ca.origin}/order/1`);
  const refusal = { type: "rateLimited", retryAt: NOW + 7_000, throttling: { kind: "quota", limit: null } };
  expect(observed.slice(-2)).toMatchObject([
    { resource: "order", status: 429, problem: refusal },
    { resource: "order", status: 200, problem: null, startedAt: NOW },
  ]);
});

it("says in its headers what the body is and what is wanted, and no nonce", async () => {
  await using setup = await startClient();
  const sent: object[] = [];
  const { ca, accountUrl } = setup;
  await using real = undiciTransport();
  const client = new AcmeClient({
    directoryUrl: ca.directoryUrl,
    transport: (request) => {
      sent.push([request.method, request.headers]);
      return real(request);
    },
    key,
    accountUrl,
    now: () => NOW,
  });
  ca.script("/order/1", { body: orderOf(ca) });
  await client.order(`${ca.origin}/order/1`);
  expect(sent).toEqual([
    ["GET", { accept: "application/json" }],
    ["HEAD", {}],
    ["POST", { "content-type": "application/jose+json", accept: "application/json" }],
  ]);
});

describe("what goes wrong", () => {
  it("keeps the nonce of a refusal for the next request", async () => {
    await using setup = await startClient();
    const { ca, client } = setup;
    ca.script("/order/1", { ...problem("orderNotReady", 403), nonce: "kept" }, { body: orderOf(ca) });
    await expect(client.order(`${ca.origin}/order/1`)).rejects.toThrow(
      "order: HTTP 403, orderNotReady: because orderNotReady",
    );
    await client.order(`${ca.origin}/order/1`);
    expect(ca.seen.at(-1)?.header?.["nonce"]).toBe("kept");
  });

  it.each<[string, unknown, string]>([
    ["HTML with status 200", "<html>", "order: not JSON"],
    ["an unknown status", { status: "new" }, 'order: "status" is "new"'],
    [
      "a valid order without a certificate",
      { status: "valid", finalize: "https://ca.example.com/f" },
      '"certificate"',
    ],
    ["plain http", { status: "pending", finalize: "http://ca.example.com/f" }, "not an absolute https URL"],
    [
      "an identifier of another kind",
      { status: "pending", identifiers: [{ type: "email", value: "a" }] },
      '"type"',
    ],
  ])("refuses an order that is %s", async (_, body, message) => {
    await using setup = await startClient();
    setup.ca.script("/order/1", { body });
    const answered = setup.client.order(`${setup.ca.origin}/order/1`);
    await expect(answered).rejects.toMatchObject({
      code: "bad-response",
      message: expect.stringContaining(message),
    });
  });

  it("refuses a token that is more than base64url", async () => {
    await using setup = await startClient();
    const { ca, client } = setup;
    ca.script("/challenge/1", {
      body: { type: "http-01", url: `${ca.origin}/c`, status: "pending", token: "../a" },
    });
    await expect(client.respondToChallenge(`${ca.origin}/challenge/1`)).rejects.toMatchObject({
      code: "bad-response",
    });
  });

  it("refuses a new order without a Location", async () => {
    await using setup = await startClient();
    setup.ca.script("/order", { status: 201, body: orderOf(setup.ca) });
    const placed = setup.client.newOrder({ identifiers: [{ type: "dns", value: "a.example.com" }] });
    await expect(placed).rejects.toMatchObject({
      code: "bad-response",
      message: "newOrder: no usable Location header",
    });
  });

  it("refuses a nonce that is not base64url", async () => {
    await using setup = await startClient();
    setup.ca.script("/nonce", { nonce: "not a nonce" });
    await expect(setup.client.order(`${setup.ca.origin}/order/1`)).rejects.toMatchObject({
      code: "bad-response",
    });
  });

  it("says where a connection failed, and that nothing is known of it", async () => {
    await using setup = await startClient();
    const { client, ca, observed } = setup;
    await client.directory();
    await ca[Symbol.asyncDispose]();
    const url = `${ca.origin}/order/1`;
    const failed = client.order(url);
    await expect(failed).rejects.toBeInstanceOf(AcmeError);
    await expect(failed).rejects.toMatchObject({ code: "transport", problem: null });
    await expect(failed).rejects.toThrow(/^newNonce: http:.*\/nonce: .+/);
    expect(observed.at(-1)).toMatchObject({ resource: "newNonce", status: null });
  });

  it("ends with the caller's reason when the caller gives up", async () => {
    await using setup = await startClient();
    const reason = new Error("draining");
    const given = AbortSignal.abort(reason);
    await expect(setup.client.order(`${setup.ca.origin}/order/1`, given)).rejects.toBe(reason);
    await expect(setup.client.directory(given)).rejects.toBe(reason);
  });
});
