import { createHmac, createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { generateAccountKey } from "./account-key.ts";
import { bindExternalAccount, keyChangeRequest } from "./embedded-jws.ts";

const key = generateAccountKey();
const decode = (text: string) => Buffer.from(text, "base64url").toString("utf8");

describe("bindExternalAccount", () => {
  const url = "https://ca.example.com/new-account";

  it("binds the account key under the CA's MAC key", () => {
    const hmacKey = Buffer.from("a secret of the CA").toString("base64url");
    const jws = bindExternalAccount({ keyId: "kid-1", hmacKey }, key, url);
    expect(JSON.parse(decode(jws.protected))).toEqual({ alg: "HS256", kid: "kid-1", url });
    expect(JSON.parse(decode(jws.payload))).toEqual(key.publicJwk);
    const mac = createHmac("sha256", "a secret of the CA").update(`${jws.protected}.${jws.payload}`);
    expect(jws.signature).toBe(mac.digest("base64url"));
  });

  it.each(["", "not base64url!", "a+b/", "!abc", "abc===", "ab c"])("refuses the MAC key %j", (hmacKey) => {
    expect(() => bindExternalAccount({ keyId: "kid-1", hmacKey }, key, url)).toThrow(
      new TypeError("the EAB HMAC key is not base64url"),
    );
  });
});

describe("keyChangeRequest", () => {
  it("is signed by the new key, over the account and the old key, without a nonce", () => {
    const newKey = generateAccountKey("ES384");
    const accountUrl = "https://ca.example.com/acct/1";
    const keyChangeUrl = "https://ca.example.com/key-change";
    const jws = keyChangeRequest({ accountUrl, oldKey: key, newKey, keyChangeUrl });
    expect(JSON.parse(decode(jws.protected))).toEqual({
      alg: "ES384",
      jwk: newKey.publicJwk,
      url: keyChangeUrl,
    });
    expect(JSON.parse(decode(jws.payload))).toEqual({ account: accountUrl, oldKey: key.publicJwk });
    const publicKey = createPublicKey({ key: { ...newKey.publicJwk }, format: "jwk" });
    const signature = Buffer.from(jws.signature, "base64url");
    const signed = Buffer.from(`${jws.protected}.${jws.payload}`);
    expect(verify("sha384", signed, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature)).toBe(true);
  });
});
