import { createPublicKey, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateAccountKey } from "./account-key.ts";
import { JwsSigner } from "./jws.ts";

const key = generateAccountKey();
const publicKey = createPublicKey({ key: { ...key.publicJwk }, format: "jwk" });
const decode = (text: string) => Buffer.from(text, "base64url").toString("utf8");

describe("JwsSigner", () => {
  it("signs exactly what the header and the payload say", () => {
    const signer = new JwsSigner(key, { kid: "https://ca.example.com/acct/1" });
    fc.assert(
      fc.property(fc.webUrl(), fc.base64String(), fc.json(), (url, nonce, payload) => {
        const jws = JSON.parse(signer.sign(url, nonce, payload));
        expect(JSON.parse(decode(jws.protected))).toEqual({
          alg: "ES256",
          kid: "https://ca.example.com/acct/1",
          nonce,
          url,
        });
        expect(decode(jws.payload)).toBe(payload);
        const signed = Buffer.from(`${jws.protected}.${jws.payload}`);
        const signature = Buffer.from(jws.signature, "base64url");
        expect(verify("sha256", signed, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it("has one signature and no header but the protected one", () => {
    const jws = JSON.parse(new JwsSigner(key, { kid: "https://ca.example.com/a" }).sign("u", "n", "{}"));
    expect(Object.keys(jws).toSorted()).toEqual(["payload", "protected", "signature"]);
    expect(Object.values(jws).every((part) => typeof part === "string")).toBe(true);
  });

  it("names the key itself before there is an account, and never both", () => {
    const signer = new JwsSigner(key, { jwk: key.publicJwk });
    const { protected: header, payload } = JSON.parse(signer.sign("https://ca.example.com/a", "n", ""));
    expect(JSON.parse(decode(header))).toEqual({
      alg: "ES256",
      jwk: key.publicJwk,
      nonce: "n",
      url: "https://ca.example.com/a",
    });
    expect(payload).toBe("");
  });
});
