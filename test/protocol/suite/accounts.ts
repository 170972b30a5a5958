import { AccountHandle, accountKeyFromPem, generateAccountKey } from "@certmill/acme";
import { describe, expect, it } from "vitest";
import type { AuthorityKind } from "../authority.ts";
import type { Shared } from "../protocol-suite.ts";
import { failureOf, openAccount, openSession } from "../session.ts";

export function accountCases(kind: AuthorityKind, shared: Shared): void {
  describe("accounts", () => {
    it("tells its terms and resources before there is an account", async () => {
      await using session = await openSession(shared());
      const directory = await session.client.directory();
      expect(directory.meta.termsOfService).toMatch(/^(https|data):/);
      expect(directory.newOrder).toMatch(/^http/);
      expect(directory.renewalInfo === null).toBe(!kind.features.renewalInfo);
      expect(Object.keys(directory.meta.profiles).toSorted()).toEqual(kind.features.profiles.toSorted());
    });

    it("makes one account for a key, however often it is asked", async () => {
      await using session = await openAccount(shared());
      const first = session.client.accountUrl;
      const again = await session.another(session.key).newAccount({ termsOfServiceAgreed: true });
      expect(again).toMatchObject({ url: first, status: "valid" });
    });

    it("finds an account by its key alone, and makes none", async () => {
      await using session = await openAccount(shared());
      const found = await session.another(session.key).newAccount({ onlyReturnExisting: true });
      expect(found.url).toBe(session.client.accountUrl);
      const stranger = session.another(generateAccountKey());
      const { problem } = await failureOf(stranger.newAccount({ onlyReturnExisting: true }));
      expect(problem?.type).toBe("accountDoesNotExist");
    });

    it("refuses an account whose terms are not agreed to", async () => {
      await using session = await openSession(shared());
      const { problem } = await failureOf(session.client.newAccount({ termsOfServiceAgreed: false }));
      expect(problem?.status).toBeGreaterThanOrEqual(400);
    });

    it("changes its contacts", async () => {
      await using session = await openAccount(shared());
      const contact = ["mailto:new@example.com"];
      expect((await session.client.updateAccount({ contact })).contact).toEqual(contact);
      expect((await session.client.account()).contact).toEqual(contact);
    });

    const algorithms = ["ES256", "ES384", "RS256", ...(kind.features.edDsa ? (["EdDSA"] as const) : [])];
    it.each(algorithms as readonly ("ES256" | "ES384" | "RS256" | "EdDSA")[])(
      "signs with %s",
      async (alg) => {
        await using session = await openAccount(shared(), generateAccountKey(alg));
        expect((await session.client.account()).status).toBe("valid");
      },
    );

    it("takes a new key, and the old one is nobody's from then on", async () => {
      await using session = await openAccount(shared());
      const { client, key } = session;
      const newKey = generateAccountKey("ES384");
      await client.changeKey(newKey);
      expect((await client.account()).status).toBe("valid");
      const old = await failureOf(session.another(key).newAccount({ onlyReturnExisting: true }));
      expect(old.problem?.type).toBe("accountDoesNotExist");
      // What a process does that crashed between the request and its answer.
      const stored = accountKeyFromPem(newKey.toPem());
      expect((await session.another(stored).newAccount({ onlyReturnExisting: true })).url).toBe(
        client.accountUrl,
      );
    });

    it("does not take another account's key, where the CA looks", async () => {
      if (!kind.features.strictKeyChange) return;
      await using first = await openAccount(shared());
      await using second = await openAccount(shared());
      const { problem } = await failureOf(first.client.changeKey(second.key));
      expect(problem?.status).toBe(409);
      expect((await first.client.account()).status).toBe("valid");
    });

    it("ends for good", async () => {
      await using session = await openAccount(shared());
      expect((await session.client.deactivateAccount()).status).toBe("deactivated");
      const { problem } = await failureOf(session.client.account());
      expect([401, 403]).toContain(problem?.status);
    });

    it("is bound to an external account, where the CA wants one", async () => {
      const hmacKey = Buffer.from("thirty-two bytes of a shared key").toString("base64url");
      await using authority = await kind.start({ externalAccountKeys: { "kid-1": hmacKey } });
      await using session = await openSession(authority);
      const { client } = session;
      expect((await client.directory()).meta.externalAccountRequired).toBe(true);
      const unbound = await failureOf(client.newAccount({ termsOfServiceAgreed: true }));
      expect(unbound.problem?.type).toBe("externalAccountRequired");
      const wrong = { keyId: "kid-1", hmacKey: Buffer.from("another").toString("base64url") };
      const refused = await failureOf(
        client.newAccount({ termsOfServiceAgreed: true, externalAccountBinding: wrong }),
      );
      expect(refused.code).toBe("problem");
      const bound = { keyId: "kid-1", hmacKey };
      const account = await client.newAccount({ termsOfServiceAgreed: true, externalAccountBinding: bound });
      expect(account.status).toBe("valid");
    });

    it("lists its orders over several pages", async () => {
      await using session = await openAccount(shared());
      const placed = new Set<string>();
      for (let index = 0; index < 5; index += 1) {
        const identifiers = [{ type: "dns", value: `list${index}.example.com` }] as const;
        placed.add((await session.client.newOrder({ identifiers })).url);
      }
      const listed = new Set<string>();
      for await (const order of new AccountHandle(session.client).orders()) listed.add(order.url);
      expect(listed).toEqual(placed);
    });
  });
}
