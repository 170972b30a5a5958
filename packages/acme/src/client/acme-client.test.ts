import { createPrivateKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { key, NOW, orderOf, paths, startClient } from "../../test/scripted-client.ts";
import { undiciTransport } from "../wire/undici-transport.ts";
import { certificateRequest } from "../x509/csr.ts";
import { AcmeClient } from "./acme-client.ts";

describe("the directory", () => {
  it("is fetched once, however many wait for it", async () => {
    await using setup = await startClient({
      profiles: { classic: "90 days" },
      caaIdentities: ["ca.example.com"],
    });
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
    await using setup = await startClient();
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
    await using setup = await startClient();
    const { ca, stranger, accountUrl } = setup;
    ca.script("/account", { status: 201, body: { status: "valid" }, headers: { location: "/account/1" } });
    const account = await stranger.newAccount({
      contact: ["mailto:ops@example.com"],
      termsOfServiceAgreed: true,
    });
    expect(account).toEqual({
      url: accountUrl,
      status: "valid",
      contact: [],
      termsOfServiceAgreed: null,
      orders: null,
    });
    expect(ca.seen.at(-1)).toMatchObject({
      contentType: "application/jose+json",
      header: { alg: "ES256", jwk: key.publicJwk, url: `${ca.origin}/account` },
      payload: { contact: ["mailto:ops@example.com"], termsOfServiceAgreed: true },
    });
    ca.script("/order/1", { body: orderOf(ca) });
    await stranger.order(`${ca.origin}/order/1`);
    expect(ca.seen.at(-1)?.header).toMatchObject({ kid: accountUrl, url: `${ca.origin}/order/1` });
    expect(ca.seen.at(-1)?.header).not.toHaveProperty("jwk");
  });

  it("binds an external account", async () => {
    await using setup = await startClient();
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
    await using setup = await startClient();
    setup.ca.script("/account", { body: { status: "valid" } });
    await expect(setup.stranger.newAccount({})).rejects.toMatchObject({ code: "bad-response" });
  });

  it("comes before all else", async () => {
    await using setup = await startClient();
    await expect(setup.stranger.order(`${setup.ca.origin}/order/1`)).rejects.toThrow("no account yet");
    expect(setup.ca.seen).toHaveLength(0);
  });
});

describe("the steps of an order", () => {
  it("each make one request, and the nonce of one answer serves the next", async () => {
    await using setup = await startClient({ profiles: { classic: "90 days" } });
    const { ca, client } = setup;
    const authorization = `${ca.origin}/authorization/1`;
    const challenge = { type: "http-01", url: `${ca.origin}/challenge/1`, status: "pending", token: "token" };
    ca.script("/order", { status: 201, body: orderOf(ca), headers: { location: "/order/1" } });
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
      body: orderOf(ca, { status: "ready" }),
      headers: { "retry-after": new Date(NOW).toUTCString() },
    });
    ca.script("/finalize/1", {
      body: orderOf(ca, { status: "processing" }),
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

  it("sign the URL letter by letter as the CA wrote it", async () => {
    await using setup = await startClient();
    const { ca, client } = setup;
    const odd = `${ca.origin}/a/../order%2F1?x=%C3%BC`;
    ca.script("/order", { status: 201, body: orderOf(ca), headers: { location: odd } });
    const { url } = await client.newOrder({ identifiers: [{ type: "dns", value: "a.example.com" }] });
    expect(url).toBe(odd);
    ca.script("/a/../order%2F1?x=%C3%BC", { body: orderOf(ca, { finalize: odd }) });
    const { resource } = await client.order(url);
    expect(ca.seen.at(-1)?.header?.["url"]).toBe(odd);
    expect(resource.finalize).toBe(odd);
  });

  it("hand in no CSR for the account's own key", async () => {
    await using setup = await startClient();
    const { ca, client } = setup;
    const accountKey = createPrivateKey(key.toPem());
    const csr = certificateRequest({ names: ["a.example.com"], key: accountKey });
    await expect(client.finalize(`${ca.origin}/finalize/1`, csr)).rejects.toThrow(
      "a certificate's key must not be the account's",
    );
    expect(ca.seen).toHaveLength(0);
  });

  it("tell why an order is invalid", async () => {
    await using setup = await startClient();
    const error = { type: "urn:ietf:params:acme:error:unauthorized", detail: "404" };
    setup.ca.script("/order/1", { body: orderOf(setup.ca, { status: "invalid", error }) });
    const { resource } = await setup.client.order(`${setup.ca.origin}/order/1`);
    expect(resource.error).toMatchObject({ type: "unauthorized", detail: "404", status: null });
  });
});
