import { describe, expect, it } from "vitest";
import { problem, type ScriptedCa, startScriptedCa } from "../../test/scripted-ca.ts";
import { generateAccountKey } from "../wire/account-key.ts";
import { AcmeError } from "../wire/acme-error.ts";
import { undiciTransport } from "../wire/undici-transport.ts";
import { AcmeClient } from "./acme-client.ts";
import type { ObservedRequest } from "./signed-requests.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const key = generateAccountKey();

/** A scripted CA, a client of it with an account, and what the client told of its requests. */
async function start(meta?: unknown) {
  const ca = await startScriptedCa(meta);
  const transport = undiciTransport();
  const observed: ObservedRequest[] = [];
  const options = { directoryUrl: ca.directoryUrl, transport, key, now: () => NOW };
  const accountUrl = `${ca.origin}/account/1`;
  return {
    ca,
    observed,
    accountUrl,
    stranger: new AcmeClient(options),
    client: new AcmeClient({ ...options, accountUrl, onRequest: (request) => observed.push(request) }),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await ca[Symbol.asyncDispose]();
    },
  };
}

function order(ca: ScriptedCa, more: object = {}): object {
  return {
    status: "pending",
    expires: "2026-11-29T12:00:00Z",
    identifiers: [{ type: "dns", value: "a.example.com" }],
    authorizations: [`${ca.origin}/authorization/1`],
    finalize: `${ca.origin}/finalize/1`,
    ...more,
  };
}

const paths = (ca: ScriptedCa) => ca.seen.map(({ method, path }) => `${method} ${path}`);

describe("the directory", () => {
  it("is fetched once, however many wait for it", async () => {
    await using setup = await start({ profiles: { classic: "90 days" }, caaIdentities: ["ca.example.com"] });
    const directories = await Promise.all([setup.client.directory(), setup.client.directory()]);
    await setup.client.directory();
    expect(paths(setup.ca)).toEqual(["GET /directory"]);
    expect(directories[1]).toMatchObject({
      newOrder: `${setup.ca.origin}/order`,
      renewalInfo: null,
      meta: {
        profiles: { classic: "90 days" },
        caaIdentities: ["ca.example.com"],
        externalAccountRequired: false,
      },
    });
  });

  it("is fetched again after a failure", async () => {
    await using setup = await start();
    setup.ca.script("/directory", { status: 503, body: "<html>", headers: { "retry-after": "30" } });
    await expect(setup.client.directory()).rejects.toMatchObject({
      code: "problem",
      problem: { type: "serverInternal", status: 503, retryAt: NOW + 30_000 },
    });
    expect((await setup.client.directory()).newNonce).toBe(`${setup.ca.origin}/nonce`);
  });

  it("must be over https", async () => {
    const options = { transport: undiciTransport(), key, now: () => NOW };
    expect(() => new AcmeClient({ ...options, directoryUrl: "http://ca.example.com/dir" })).toThrow(
      TypeError,
    );
  });
});

describe("newAccount", () => {
  it("signs with the key itself, and acts as the account from then on", async () => {
    await using setup = await start();
    const { ca, stranger, accountUrl } = setup;
    ca.script("/account", { status: 201, body: { status: "valid" }, headers: { location: "/account/1" } });
    const account = await stranger.newAccount({
      contact: ["mailto:ops@example.com"],
      termsOfServiceAgreed: true,
    });
    expect(account).toEqual({ url: accountUrl, status: "valid", contact: [], orders: null });
    expect(ca.seen.at(-1)).toMatchObject({
      contentType: "application/jose+json",
      header: { alg: "ES256", jwk: key.publicJwk, url: `${ca.origin}/account` },
      payload: { contact: ["mailto:ops@example.com"], termsOfServiceAgreed: true },
    });
    ca.script("/order/1", { body: order(ca) });
    await stranger.order(`${ca.origin}/order/1`);
    expect(ca.seen.at(-1)?.header).toMatchObject({ kid: accountUrl, url: `${ca.origin}/order/1` });
    expect(ca.seen.at(-1)?.header).not.toHaveProperty("jwk");
  });

  it("binds an external account", async () => {
    await using setup = await start();
    setup.ca.script("/account", { body: { status: "valid" }, headers: { location: "/account/1" } });
    await setup.stranger.newAccount({ externalAccountBinding: { keyId: "kid-1", hmacKey: "c2VjcmV0" } });
    expect(setup.ca.seen.at(-1)?.payload).toEqual({
      externalAccountBinding: {
        protected: expect.any(String),
        payload: expect.any(String),
        signature: expect.any(String),
      },
    });
  });

  it("needs a Location", async () => {
    await using setup = await start();
    setup.ca.script("/account", { body: { status: "valid" } });
    await expect(setup.stranger.newAccount({})).rejects.toMatchObject({ code: "bad-response" });
  });

  it("comes before all else", async () => {
    await using setup = await start();
    await expect(setup.stranger.order(`${setup.ca.origin}/order/1`)).rejects.toThrow("no account yet");
    expect(setup.ca.seen).toHaveLength(0);
  });
});

describe("the steps of an order", () => {
  it("each make one request, and the nonce of one answer serves the next", async () => {
    await using setup = await start();
    const { ca, client } = setup;
    const authorization = `${ca.origin}/authorization/1`;
    const challenge = { type: "http-01", url: `${ca.origin}/challenge/1`, status: "pending", token: "token" };
    ca.script("/order", { status: 201, body: order(ca), headers: { location: "/order/1" } });
    ca.script("/authorization/1", {
      body: {
        status: "pending",
        identifier: { type: "dns", value: "a.example.com" },
        challenges: [
          { type: "new-99", url: 7 },
          { type: "new-98", url: `${ca.origin}/c/2`, status: "pending" },
          challenge,
        ],
      },
    });
    ca.script("/challenge/1", {
      body: { ...challenge, status: "processing" },
      headers: { "retry-after": "5" },
    });
    ca.script("/order/1", {
      body: order(ca, { status: "ready" }),
      headers: { "retry-after": new Date(NOW).toUTCString() },
    });
    ca.script("/finalize/1", {
      body: order(ca, { status: "processing" }),
      headers: { location: "/order/1" },
    });
    ca.script("/certificate/1", { body: "PEM" });

    const placed = await client.newOrder({
      identifiers: [{ type: "dns", value: "a.example.com" }],
      profile: "classic",
    });
    expect(placed).toMatchObject({
      url: `${ca.origin}/order/1`,
      retryAt: null,
      resource: { status: "pending" },
    });
    expect(placed.resource.expires).toBe(Date.UTC(2026, 10, 29, 12));
    const offered = await client.authorization(authorization);
    expect(offered).toMatchObject({ url: authorization, resource: { status: "pending", wildcard: false } });
    expect(offered.resource.challenges.map(({ type, token }) => [type, token])).toEqual([
      ["new-98", null],
      ["http-01", "token"],
    ]);
    const responded = await client.respondToChallenge(challenge.url);
    expect(responded).toMatchObject({ retryAt: NOW + 5_000, resource: { status: "processing" } });
    expect(await client.order(placed.url)).toMatchObject({ retryAt: NOW, resource: { status: "ready" } });
    const finalized = await client.finalize(placed.resource.finalize, Uint8Array.of(0xfb, 0xff));
    expect(finalized).toMatchObject({
      url: placed.url,
      resource: { status: "processing", certificate: null },
    });
    expect((await client.certificate(`${ca.origin}/certificate/1`)).resource).toBe("PEM");

    expect(paths(ca)).toEqual([
      "GET /directory",
      "HEAD /nonce",
      "POST /order",
      "POST /authorization/1",
      "POST /challenge/1",
      "POST /order/1",
      "POST /finalize/1",
      "POST /certificate/1",
    ]);
    const posts = ca.seen.slice(2);
    expect(posts.map(({ header }) => header?.["nonce"])).toEqual([
      "fresh2",
      "fresh3",
      "fresh4",
      "fresh5",
      "fresh6",
      "fresh7",
    ]);
    expect(posts.map(({ payload }) => payload)).toEqual([
      { identifiers: [{ type: "dns", value: "a.example.com" }], profile: "classic" },
      "",
      {},
      "",
      { csr: "-_8" },
      "",
    ]);
    expect(posts.at(-1)?.accept).toBe("application/pem-certificate-chain");
    expect(setup.observed.map(({ resource, status }) => `${resource} ${status}`)).toEqual([
      "directory 200",
      "newNonce 200",
      "newOrder 201",
      "authorization 200",
      "challenge 200",
      "order 200",
      "finalize 200",
      "certificate 200",
    ]);
  });

  it("tell why an order is invalid", async () => {
    await using setup = await start();
    const error = { type: "urn:ietf:params:acme:error:unauthorized", detail: "404" };
    setup.ca.script("/order/1", { body: order(setup.ca, { status: "invalid", error }) });
    const { resource } = await setup.client.order(`${setup.ca.origin}/order/1`);
    expect(resource.error).toMatchObject({ type: "unauthorized", detail: "404", status: null });
  });
});

describe("badNonce", () => {
  it("is answered with the nonce of the refusal", async () => {
    await using setup = await start();
    const { ca, client } = setup;
    ca.script("/order/1", { ...problem("badNonce", 400), nonce: "better" }, { body: order(ca) });
    await client.order(`${ca.origin}/order/1`);
    expect(ca.seen.slice(2).map(({ header }) => header?.["nonce"])).toEqual(["fresh2", "better"]);
    expect(setup.observed.map(({ status }) => status)).toEqual([200, 200, 400, 200]);
  });

  it("is answered with a new one when the refusal brings none", async () => {
    await using setup = await start();
    const { ca, client } = setup;
    ca.script("/order/1", { ...problem("badNonce", 400), nonce: null }, { body: order(ca) });
    await client.order(`${ca.origin}/order/1`);
    expect(paths(ca).slice(2)).toEqual(["POST /order/1", "HEAD /nonce", "POST /order/1"]);
  });

  it("is the end after five retries", async () => {
    await using setup = await start();
    const { ca, client } = setup;
    ca.script("/order/1", ...Array.from({ length: 7 }, () => problem("badNonce", 400)));
    await expect(client.order(`${ca.origin}/order/1`)).rejects.toMatchObject({
      problem: { type: "badNonce" },
    });
    expect(paths(ca).filter((path) => path === "POST /order/1")).toHaveLength(6);
  });
});

describe("what goes wrong", () => {
  it("keeps the nonce of a refusal for the next request", async () => {
    await using setup = await start();
    const { ca, client } = setup;
    ca.script("/order/1", { ...problem("orderNotReady", 403), nonce: "kept" }, { body: order(ca) });
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
    await using setup = await start();
    setup.ca.script("/order/1", { body });
    const answered = setup.client.order(`${setup.ca.origin}/order/1`);
    await expect(answered).rejects.toMatchObject({
      code: "bad-response",
      message: expect.stringContaining(message),
    });
  });

  it("refuses a token that is more than base64url", async () => {
    await using setup = await start();
    const { ca, client } = setup;
    ca.script("/challenge/1", {
      body: { type: "http-01", url: `${ca.origin}/c`, status: "pending", token: "../a" },
    });
    await expect(client.respondToChallenge(`${ca.origin}/challenge/1`)).rejects.toMatchObject({
      code: "bad-response",
    });
  });

  it("refuses a new order without a Location", async () => {
    await using setup = await start();
    setup.ca.script("/order", { status: 201, body: order(setup.ca) });
    const placed = setup.client.newOrder({ identifiers: [{ type: "dns", value: "a.example.com" }] });
    await expect(placed).rejects.toMatchObject({
      code: "bad-response",
      message: "newOrder: no usable Location header",
    });
  });

  it("refuses a nonce that is not base64url", async () => {
    await using setup = await start();
    setup.ca.script("/nonce", { nonce: "not a nonce" });
    await expect(setup.client.order(`${setup.ca.origin}/order/1`)).rejects.toMatchObject({
      code: "bad-response",
    });
  });

  it("says where a connection failed, and that nothing is known of it", async () => {
    await using setup = await start();
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
    await using setup = await start();
    const reason = new Error("draining");
    const given = AbortSignal.abort(reason);
    await expect(setup.client.order(`${setup.ca.origin}/order/1`, given)).rejects.toBe(reason);
    await expect(setup.client.directory(given)).rejects.toBe(reason);
  });
});
