import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { everyResource, problem } from "../../test/scripted-ca.ts";
import { key, orderOf, paths, startClient } from "../../test/scripted-client.ts";
import { AccountHandle } from "../flow/account-handle.ts";
import { AccountKey, generateAccountKey } from "../wire/account-key.ts";

describe("the account", () => {
  it("is read, changed and ended at its own URL", async () => {
    await using setup = await startClient();
    const { ca, client, accountUrl } = setup;
    const contact = ["mailto:new@example.com"];
    ca.script(
      "/account/1",
      { body: { status: "valid", contact: ["mailto:old@example.com"], termsOfServiceAgreed: true } },
      { body: { status: "valid", contact } },
      { body: { status: "deactivated", contact } },
    );
    expect(await client.account()).toMatchObject({ url: accountUrl, termsOfServiceAgreed: true });
    expect(await client.updateAccount({ contact, termsOfServiceAgreed: true })).toMatchObject({ contact });
    expect((await client.deactivateAccount()).status).toBe("deactivated");
    const posts = ca.seen.slice(2);
    expect(posts.map(({ payload }) => payload)).toEqual([
      "",
      { contact, termsOfServiceAgreed: true },
      { status: "deactivated" },
    ]);
    expect(posts.every(({ header }) => header?.["kid"] === accountUrl)).toBe(true);
  });
});

describe("a contact", () => {
  it.each([
    "mailto:ops@example.com",
    "MAILTO:ops@example.com",
    "tel:+1-201-555-0123",
    "https://example.com/contact",
  ])("may be %s", async (contact) => {
    await using setup = await startClient();
    setup.ca.script("/account/1", { body: { status: "valid", contact: [contact] } });
    expect((await setup.client.updateAccount({ contact: [contact] })).contact).toEqual([contact]);
  });

  it.each([
    "ops@example.com",
    "mailto:",
    "mailto:ops",
    "mailto:a@example.com,b@example.com",
    "mailto:a@example.com?subject=hello",
    "mailto:a@b@example.com",
    "",
  ])("is not %j, and nothing is asked", async (contact) => {
    await using setup = await startClient();
    const { client, stranger, ca } = setup;
    const fine = "mailto:ops@example.com";
    await expect(client.updateAccount({ contact: [fine, contact] })).rejects.toThrow(TypeError);
    await expect(stranger.newAccount({ contact: [contact] })).rejects.toThrow("not a contact: ");
    expect(ca.seen).toHaveLength(0);
  });
});

describe("changeKey", () => {
  it("names the account letter by letter as the CA does", async () => {
    await using setup = await startClient(null, everyResource);
    const { ca, stranger } = setup;
    const odd = `${ca.origin}/a/../%7eaccount?id=%41`;
    ca.script("/account", { status: 201, body: { status: "valid" }, headers: { location: odd } });
    await stranger.newAccount({});
    ca.script("/key-change", { body: {} });
    await stranger.changeKey(generateAccountKey());
    const { header, payload } = ca.seen.at(-1) ?? {};
    const inner = JSON.parse(Buffer.from(String(Object(payload).payload), "base64url").toString());
    expect([header?.["kid"], inner.account]).toEqual([odd, odd]);
  });

  it("refuses the key that the account has", async () => {
    await using setup = await startClient(null, everyResource);
    await expect(setup.client.changeKey(key)).rejects.toThrow("the account's key already");
    expect(setup.ca.seen).toHaveLength(0);
  });

  it("is signed by both keys, and the new one signs from then on", async () => {
    await using setup = await startClient(null, everyResource);
    const { ca, client, accountUrl } = setup;
    const newKey = generateAccountKey("EdDSA");
    ca.script("/key-change", { body: {} });
    await client.changeKey(newKey);
    const { header, payload } = ca.seen.at(-1) ?? {};
    expect(header).toMatchObject({ alg: "ES256", kid: accountUrl, url: `${ca.origin}/key-change` });
    const inner = payload as Record<string, string>;
    const decoded = (part: string) => JSON.parse(Buffer.from(inner[part] ?? "", "base64url").toString());
    expect(decoded("protected")).toEqual({
      alg: "EdDSA",
      jwk: newKey.publicJwk,
      url: `${ca.origin}/key-change`,
    });
    expect(decoded("payload")).toEqual({ account: accountUrl, oldKey: key.publicJwk });
    expect(client.key).toBe(newKey);
    ca.script("/order/1", { body: orderOf(ca) });
    await client.order(`${ca.origin}/order/1`);
    expect(ca.seen.at(-1)?.header).toMatchObject({ alg: "EdDSA", kid: accountUrl });
  });

  it("leaves the old key in place when it is refused", async () => {
    await using setup = await startClient(null, everyResource);
    setup.ca.script("/key-change", problem("conflict", 409));
    await expect(setup.client.changeKey(generateAccountKey())).rejects.toMatchObject({
      problem: { status: 409 },
    });
    expect(setup.client.key).toBe(key);
  });

  it("is not asked of a CA that has none", async () => {
    await using setup = await startClient();
    await expect(setup.client.changeKey(generateAccountKey())).rejects.toMatchObject({ code: "not-offered" });
  });
});

describe("the list of orders", () => {
  it("is read page after page, only as far as it is asked for", async () => {
    await using setup = await startClient();
    const { ca, client } = setup;
    const account = { body: { status: "valid", orders: `${ca.origin}/orders` } };
    const page = (from: number) => [`${ca.origin}/order/${from}`, `${ca.origin}/order/${from + 1}`];
    const first = {
      body: { orders: page(1) },
      headers: { link: '</directory>;rel="index", </orders?cursor=2>;rel="next"' },
    };
    ca.script("/account/1", account, account);
    ca.script("/orders", first, first);
    ca.script("/orders?cursor=2", { body: { orders: page(3) } });
    const seen: unknown[] = [];
    for await (const order of new AccountHandle(client).orders()) seen.push(order.toJSON());
    expect(seen).toEqual([...page(1), ...page(3)].map((url) => ({ url })));
    for await (const _ of new AccountHandle(client).orders()) break;
    expect(paths(ca).filter((path) => path.startsWith("POST /orders"))).toHaveLength(3);
  });

  it("is not there at most CAs", async () => {
    await using setup = await startClient();
    setup.ca.script("/account/1", { body: { status: "valid" } });
    const list = new AccountHandle(setup.client).orders();
    await expect(list.next()).rejects.toMatchObject({ code: "not-offered" });
  });

  it("ends when it turns in circles", async () => {
    await using setup = await startClient();
    const { ca, client } = setup;
    const link = { link: '</orders>;rel="next"' };
    ca.script("/account/1", { body: { status: "valid", orders: `${ca.origin}/orders` } });
    ca.script("/orders", ...Array.from({ length: 10_001 }, () => ({ body: {}, headers: link })));
    await expect(new AccountHandle(client).orders().next()).rejects.toMatchObject({ code: "bad-response" });
  });
});

describe("pre-authorization", () => {
  const identifier = { type: "dns", value: "a.example.com" } as const;

  it("asks for one name's authorization", async () => {
    await using setup = await startClient(null, everyResource);
    const { ca, client } = setup;
    const body = { status: "pending", identifier, challenges: [] };
    ca.script("/new-authz", { status: 201, body, headers: { location: "/authorization/7" } });
    expect(await client.newAuthorization(identifier)).toMatchObject({
      url: `${ca.origin}/authorization/7`,
      resource: { identifier },
    });
    expect(ca.seen.at(-1)?.payload).toEqual({ identifier });
  });

  it("is not asked of a CA that has none", async () => {
    await using setup = await startClient();
    await expect(setup.client.newAuthorization(identifier)).rejects.toMatchObject({ code: "not-offered" });
  });
});

describe("revoke", () => {
  const certificate = Uint8Array.of(0xfb, 0xff);

  it("is the account's request, and tells the reason by its number", async () => {
    await using setup = await startClient(null, everyResource);
    const { ca, client, accountUrl } = setup;
    ca.script("/revoke", { body: "" }, { body: "" });
    expect(await client.revoke({ certificate, reason: "superseded" })).toBe("revoked");
    expect(ca.seen.at(-1)).toMatchObject({
      header: { kid: accountUrl },
      payload: { certificate: "-_8", reason: 4 },
    });
    await client.revoke({ certificate });
    expect(ca.seen.at(-1)?.payload).toEqual({ certificate: "-_8" });
  });

  it.each(["P-256", "P-384"])("is signed by the certificate's own key on %s", async (namedCurve) => {
    await using setup = await startClient(null, everyResource);
    const { ca, stranger } = setup;
    const { privateKey } = generateKeyPairSync("ec", { namedCurve });
    ca.script("/revoke", { body: "" });
    await stranger.revoke({ certificate, certificateKey: privateKey, reason: "keyCompromise" });
    expect(ca.seen.at(-1)).toMatchObject({
      header: { jwk: new AccountKey(privateKey).publicJwk },
      payload: { reason: 1 },
    });
    expect(ca.seen.at(-1)?.header).not.toHaveProperty("kid");
  });

  it("is content with a certificate that is revoked already", async () => {
    await using setup = await startClient(null, everyResource);
    setup.ca.script("/revoke", problem("alreadyRevoked", 400), problem("badRevocationReason", 400));
    expect(await setup.client.revoke({ certificate })).toBe("already-revoked");
    await expect(setup.client.revoke({ certificate, reason: "aaCompromise" })).rejects.toMatchObject({
      problem: { type: "badRevocationReason" },
    });
  });
});
