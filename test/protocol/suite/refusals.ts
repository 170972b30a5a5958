import { certificateRequest, generateAccountKey, generateCertificateKey, OrderHandle } from "@certmill/acme";
import { describe, expect, it } from "vitest";
import type { AuthorityKind } from "../authority.ts";
import type { Shared } from "../protocol-suite.ts";
import { failureOf, openAccount, openSession, polling } from "../session.ts";

export function refusalCases(kind: AuthorityKind, shared: Shared): void {
  describe("refusals", () => {
    it("of a name say which", async () => {
      await using authority = await kind.start({ blockedNames: ["blocked.test"] });
      await using session = await openAccount(authority);
      const failure = await failureOf(session.obtain(["www.blocked.test"]));
      expect(failure.problem?.type).toBe("rejectedIdentifier");
      expect(failure.message).toContain("www.blocked.test");
    });

    it("of a CSR for other names than the order's are told as such", async () => {
      await using session = await openAccount(shared());
      await session.obtain(["right.example.com"]);
      const { url } = await session.client.newOrder({
        identifiers: [{ type: "dns", value: "right.example.com" }],
      });
      const key = await generateCertificateKey("P-256");
      const csr = certificateRequest({ names: ["wrong.example.com"], key });
      const failure = await failureOf(new OrderHandle(session.client, url).finalize(csr, polling));
      expect(["badCSR", "unauthorized", "malformed"]).toContain(failure.problem?.type);
    });

    it("of an order that is not ready are told as such", async () => {
      await using session = await openAccount(shared());
      const { resource } = await session.client.newOrder({
        identifiers: [{ type: "dns", value: "unready.example.com" }],
      });
      const key = await generateCertificateKey("P-256");
      const csr = certificateRequest({ names: ["unready.example.com"], key });
      const { problem } = await failureOf(session.client.finalize(resource.finalize, csr));
      expect(problem).toMatchObject({ type: "orderNotReady", status: 403 });
    });

    it("of an order that is not there are told as such", async () => {
      await using session = await openAccount(shared());
      const { url } = await session.client.newOrder({
        identifiers: [{ type: "dns", value: "there.example.com" }],
      });
      const { problem } = await failureOf(session.client.order(`${url}x`));
      expect(problem?.status).toBe(404);
    });

    it("of another account's order are told as such", async () => {
      await using owner = await openAccount(shared());
      await using stranger = await openAccount(shared());
      const { url } = await owner.client.newOrder({
        identifiers: [{ type: "dns", value: "owned.example.com" }],
      });
      const failure = await failureOf(stranger.client.order(url));
      expect(failure.problem?.status).toBeGreaterThanOrEqual(400);
    });

    it("of an account that is not there are told as such", async () => {
      await using session = await openSession(shared());
      const { directoryUrl } = shared();
      const nobody = session.another(generateAccountKey(), new URL("/nobody/1", directoryUrl).href);
      const identifiers = [{ type: "dns", value: "nobody.example.com" }] as const;
      const { problem } = await failureOf(nobody.newOrder({ identifiers }));
      expect(["accountDoesNotExist", "malformed", "unauthorized"]).toContain(problem?.type);
    });

    it("of nonces are not seen, up to a share that no CA has", async () => {
      // So many that one is soon refused; so few that six in a row, where the client gives up, are one in a million.
      await using authority = await kind.start({ nonceRejectPercent: 10 });
      await using session = await openAccount(authority);
      const refused = () => session.observed.filter(({ status }) => status === 400).length;
      for (let certificates = 0; refused() === 0; certificates += 1) {
        await session.obtain([`nonce-${certificates}.example.com`]);
      }
      const asked = session.observed.filter(({ resource }) => resource === "newNonce").length;
      // The refusal itself brings the next nonce.
      expect(asked).toBe(1);
    });
  });
}
