import { certificateId, OrderHandle, renewalTime } from "@certmill/acme";
import { describe, expect, it } from "vitest";
import type { AuthorityKind } from "../authority.ts";
import type { Shared } from "../protocol-suite.ts";
import { failureOf, openAccount, type Session } from "../session.ts";

const HOUR = 3_600_000;

export function renewalCases(kind: AuthorityKind, shared: Shared): void {
  const { renewalInfo, entityTags, profiles } = kind.features;
  describe("renewal", () => {
    it("is suggested for a window within the certificate's life, where the CA does so", async () => {
      await using session = await openAccount(shared());
      const { chain } = await session.obtain(["ari.example.com"]);
      const id = certificateId(chain.leaf) ?? "";
      if (!renewalInfo) {
        expect((await failureOf(session.client.renewalInfo(id))).code).toBe("not-offered");
        return;
      }
      const { resource, retryAt } = await session.client.renewalInfo(id);
      expect(resource.start).toBeGreaterThan(chain.leaf.notBefore);
      expect(resource.end).toBeLessThanOrEqual(chain.leaf.notAfter);
      const chosen = renewalTime(resource, 0.5);
      expect(chosen).toBeGreaterThanOrEqual(resource.start);
      expect(chosen).toBeLessThan(resource.end);
      expect(retryAt).toBeGreaterThan(Date.now());
      expect(retryAt).toBeLessThanOrEqual(Date.now() + 24 * HOUR);
    });

    it("is told again only when it has changed, where answers have entity tags", async () => {
      await using session = await openAccount(shared());
      const { client } = session;
      const { chain } = await session.obtain(["unchanged.example.com"]);
      const id = certificateId(chain.leaf) ?? "";
      if (!renewalInfo) {
        expect((await failureOf(client.changedRenewalInfo(id, '"any"'))).code).toBe("not-offered");
        return;
      }
      const { etag, resource } = await client.renewalInfo(id);
      expect(etag !== null).toBe(entityTags);
      expect((await client.changedRenewalInfo(id, '"another"')).resource).toEqual(resource);
      if (etag !== null) expect((await client.changedRenewalInfo(id, etag)).resource).toBeNull();
    });

    it("names the certificate it replaces, once", async () => {
      await using session = await openAccount(shared());
      const name = "replaced.example.com";
      const replaces = await obtainReplaceable(session, name);
      const request = { identifiers: [{ type: "dns", value: name }], replaces } as const;
      const first = await session.client.newReplacementOrder(request);
      expect(first.replaces).toBe(renewalInfo);
      await session.obtain([name], { replaces });
      const second = await session.client.newReplacementOrder(request);
      expect(second.replaces).toBe(false);
      expect((await new OrderHandle(session.client, second.url).read()).resource.status).not.toBe("invalid");
    });

    it("is placed all the same when the CA does not know the certificate", async () => {
      await using session = await openAccount(shared());
      const request = {
        identifiers: [{ type: "dns", value: "stranger.example.com" }],
        replaces: "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE",
      } as const;
      expect((await session.client.newReplacementOrder(request)).replaces).toBe(false);
    });
  });

  describe("profiles", () => {
    it("are chosen by the order, where the CA has some", async () => {
      await using session = await openAccount(shared());
      for (const profile of profiles) {
        const placed = await session.client.newOrder({
          identifiers: [{ type: "dns", value: `${profile}.example.com` }],
          profile,
        });
        expect(placed.resource.profile).toBe(profile);
      }
      if (!profiles.includes("shortlived")) return;
      const { chain } = await session.obtain(["short.example.com"], { profile: "shortlived" });
      const hours = (chain.leaf.notAfter - chain.leaf.notBefore) / HOUR;
      expect(hours).toBeGreaterThan(150);
      expect(hours).toBeLessThan(170);
    });

    it("that the directory does not list are not asked for", async () => {
      await using session = await openAccount(shared());
      await session.client.directory();
      const before = session.observed.length;
      const identifiers = [{ type: "dns", value: "no-profile.example.com" }] as const;
      const failure = await failureOf(session.client.newOrder({ identifiers, profile: "no-such" }));
      expect(failure.code).toBe("not-offered");
      expect(session.observed).toHaveLength(before);
    });
  });
}

/**
 * A certificate's name in renewal information. Pebble lets none be replaced whose serial is written with a zero octet at
 * its front (one in 256).
 */
async function obtainReplaceable(session: Session, name: string): Promise<string> {
  for (;;) {
    const { chain } = await session.obtain([name]);
    const id = certificateId(chain.leaf) ?? "";
    const [, serial = ""] = id.split(".");
    if (Buffer.from(serial, "base64url")[0] !== 0) return id;
  }
}
