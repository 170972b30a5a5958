import { X509Certificate } from "node:crypto";
import { certificateRequest, generateCertificateKey, OrderHandle } from "@certmill/acme";
import { describe, expect, it } from "vitest";
import type { AuthorityKind } from "../authority.ts";
import type { Shared } from "../protocol-suite.ts";
import { openAccount, polling } from "../session.ts";

export function orderCases(kind: AuthorityKind, shared: Shared): void {
  describe("orders", () => {
    it.each(["P-256", "P-384", "RSA-2048", "RSA-3072"] as const)(
      "are finalized for a key of kind %s",
      async (keyKind) => {
        await using session = await openAccount(shared());
        const { chain, privateKeyPem } = await session.obtain(["key.example.com"], { keyKind });
        const [leaf] = chain.pem.split(/(?<=-----END CERTIFICATE-----\n)/);
        expect(privateKeyPem).toContain("BEGIN PRIVATE KEY");
        const root = new X509Certificate(await shared().issuingRootPem());
        expect(root.ca).toBe(true);
        expect(new X509Certificate(leaf ?? "").ca).toBe(false);
      },
    );

    it("take 8 requests for two fresh names, and what the CA's own pace adds", async () => {
      await using session = await openAccount(shared());
      await session.obtain(["warm1.example.com", "warm2.example.com"]);
      const before = session.observed.length;
      await session.obtain(["fresh1.example.com", "fresh2.example.com"]);
      // A refused nonce is a request more, for the CA's sake.
      const made = session.observed.slice(before).filter(({ status }) => status !== 400);
      const counted = (resource: string) => made.filter((each) => each.resource === resource).length;
      // Every answer brings the nonce of the next request: newNonce is not asked again.
      expect(counted("newNonce")).toBe(0);
      expect(counted("directory")).toBe(0);
      // Polls are at the CA's pace.
      expect(made.length - counted("order")).toBe(7);
      expect(counted("order")).toBeGreaterThanOrEqual(1);
    });

    it("are placed side by side on one account", async () => {
      await using authority = await kind.start({ nonceRejectPercent: 15, authorizationReuse: false });
      await using session = await openAccount(authority);
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, index) => session.obtain([`side${index}.example.com`])),
      );
      expect(new Set(all.map(({ chain }) => chain.leaf.serial)).size).toBe(8);
      expect(session.observed.some(({ status }) => status === 400)).toBe(true);
    });

    it("are the same ones for whoever finalizes twice", async () => {
      await using session = await openAccount(shared());
      const { client } = session;
      const names = ["twice.example.com"];
      await session.obtain(names);
      const placed = await client.newOrder({ identifiers: [{ type: "dns", value: "twice.example.com" }] });
      const order = new OrderHandle(client, placed.url);
      expect((await order.untilReady(polling)).status).toBe("ready");
      const csr = certificateRequest({ names, key: await generateCertificateKey("P-256") });
      const first = await order.finalize(csr, polling);
      const second = await order.finalize(csr, polling);
      expect(second.certificate).toBe(first.certificate);
    });

    it("know when they end", async () => {
      await using session = await openAccount(shared());
      const placed = await session.client.newOrder({
        identifiers: [{ type: "dns", value: "end.example.com" }],
      });
      expect(placed.resource.expires).toBeGreaterThan(Date.now());
      expect(placed.resource.identifiers).toEqual([{ type: "dns", value: "end.example.com" }]);
    });
  });
}
