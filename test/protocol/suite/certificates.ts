import { createPrivateKey, X509Certificate } from "node:crypto";
import { downloadChain, parseChain, type RevocationReason } from "@certmill/acme";
import { describe, expect, it } from "vitest";
import type { AuthorityKind } from "../authority.ts";
import type { Shared } from "../protocol-suite.ts";
import { failureOf, openAccount, type Session } from "../session.ts";

const derOf = (pem: string): Uint8Array => new X509Certificate(pem).raw;

/** The URL of a certificate, which only its order tells. */
async function certificateUrl(session: Session, name: string): Promise<string> {
  const { client } = session;
  await session.obtain([name]);
  const account = await client.account();
  const { orders } = await client.orders(account.orders ?? "");
  for (const url of orders) {
    const { resource } = await client.order(url);
    if (resource.certificate !== null) return resource.certificate;
  }
  throw new Error("no order has a certificate");
}

export function certificateCases(kind: AuthorityKind, shared: Shared): void {
  describe("certificates", () => {
    it("come with a chain that is checked, up to the CA's root", async () => {
      await using session = await openAccount(shared());
      const { chain } = await session.obtain(["chain.example.com"]);
      const last = chain.pem.match(/-----BEGIN[^]*?-----END CERTIFICATE-----\n/g)?.at(-1) ?? "";
      const root = new X509Certificate(await shared().issuingRootPem());
      expect(new X509Certificate(last).verify(root.publicKey)).toBe(true);
      expect(chain.leaf.notBefore).toBeLessThanOrEqual(Date.now());
      expect(chain.leaf.notAfter).toBeGreaterThan(Date.now());
      expect(chain.issuers.at(-1)).toMatch(/\w/);
    });

    it("have other chains, chosen by the topmost issuer's name", async () => {
      await using session = await openAccount(shared());
      const { client } = session;
      const url = await certificateUrl(session, "alternate.example.com");
      const first = await client.certificate(url);
      expect(first.alternates).toHaveLength(2);
      const all = [parseChain(first.resource)];
      for (const alternate of first.alternates) {
        all.push(parseChain((await client.certificate(alternate)).resource));
      }
      expect(new Set(all.map(({ issuers }) => issuers.at(-1))).size).toBe(3);
      for (const chain of all) {
        const issuer = chain.issuers.at(-1) ?? null;
        expect((await downloadChain(client, { url, issuer })).issuers).toEqual(chain.issuers);
      }
      const unknown = await downloadChain(client, { url, issuer: "No Such Root" });
      expect(unknown.issuers).toEqual(all[0]?.issuers);
    });

    it.each<RevocationReason>(["unspecified", "keyCompromise", "superseded", "cessationOfOperation"])(
      "are revoked by their account for the reason %s",
      async (reason) => {
        await using session = await openAccount(shared());
        const { chain } = await session.obtain(["revoke.example.com"]);
        const certificate = derOf(chain.pem);
        expect(await session.client.revoke({ certificate, reason })).toBe("revoked");
        expect(await session.client.revoke({ certificate, reason })).toBe("already-revoked");
      },
    );

    it.each(["P-256", "P-384", "RSA-2048"] as const)(
      "are revoked by their own key of kind %s, without an account",
      async (keyKind) => {
        await using session = await openAccount(shared());
        const { chain, privateKeyPem } = await session.obtain(["own-key.example.com"], { keyKind });
        const request = {
          certificate: derOf(chain.pem),
          certificateKey: createPrivateKey(privateKeyPem),
          reason: "keyCompromise",
        } as const;
        expect(await session.another(session.key).revoke(request)).toBe("revoked");
      },
    );

    it("are not revoked by a stranger, nor for a reason that the CA does not take", async () => {
      await using owner = await openAccount(shared());
      await using stranger = await openAccount(shared());
      const { chain } = await owner.obtain(["mine.example.com"]);
      const certificate = derOf(chain.pem);
      expect((await failureOf(stranger.client.revoke({ certificate }))).problem?.type).toBe("unauthorized");
      if (!kind.features.strictReasons) return;
      const refused = await failureOf(owner.client.revoke({ certificate, reason: "aaCompromise" }));
      expect(refused.problem?.type).toBe("badRevocationReason");
    });
  });
}
