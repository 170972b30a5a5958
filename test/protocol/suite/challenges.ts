import { describe, expect, it } from "vitest";
import type { AuthorityKind } from "../authority.ts";
import type { Shared } from "../protocol-suite.ts";
import { failureOf, openAccount, polling } from "../session.ts";

export function challengeCases(kind: AuthorityKind, shared: Shared): void {
  describe("challenges", () => {
    const cases: readonly (readonly [type: string, names: readonly string[]])[] = [
      ["http-01", ["one.example.com", "two.example.com"]],
      ["dns-01", ["dns.example.com", "*.dns.example.com"]],
      ["tls-alpn-01", ["alpn.example.com"]],
      ["http-01", ["127.0.0.1"]],
      ["tls-alpn-01", ["127.0.0.1"]],
      ...kind.features.moreChallenges.map((type) => [type, [`${type}.example.com`]] as const),
    ];
    it.each(cases)("by %s prove %j", async (type, names) => {
      await using session = await openAccount(shared());
      const { chain } = await session.obtain(names, { publish: session.only(type) });
      expect(chain.leaf.names.toSorted()).toEqual(names.toSorted());
      expect(shared().internet.published()).toBe(0);
    });

    it("of a wildcard are not by http-01", async () => {
      await using session = await openAccount(shared());
      const failure = await failureOf(session.obtain(["*.wild.example.com"]));
      expect(failure.code).toBe("not-offered");
      expect(failure.message).toMatch(/wild\.example\.com.*dns-01.*http-01 only/);
    });

    it("that are not published fail, and say why", async () => {
      await using session = await openAccount(shared());
      const publish = { "http-01": () => {} };
      const failure = await failureOf(session.obtain(["nothing.example.com"], { publish }));
      expect(failure).toMatchObject({ code: "invalid" });
      expect(failure.message).toMatch(/^nothing\.example\.com: the authorization is invalid: /);
      expect(failure.problem?.type).toBe("unauthorized");
    });

    it("are withdrawn when a publisher fails, and the CA is told nothing", async () => {
      await using session = await openAccount(shared());
      const working = session.only("http-01")["http-01"];
      const fault = new Error("the zone is read-only");
      const publish = {
        "http-01": (publication: Parameters<NonNullable<typeof working>>[0]) => {
          if (publication.identifier.value === "bad.example.com") throw fault;
          return working?.(publication);
        },
      };
      await expect(session.obtain(["good.example.com", "bad.example.com"], { publish })).rejects.toBe(fault);
      expect(shared().internet.published()).toBe(0);
      expect(session.observed.some(({ resource }) => resource === "challenge")).toBe(false);
    });

    it("can be looked at without being answered", async () => {
      await using session = await openAccount(shared());
      const { client } = session;
      const { resource: order } = await client.newOrder({
        identifiers: [{ type: "dns", value: "look.example.com" }],
      });
      const { resource } = await client.authorization(order.authorizations[0] ?? "");
      const [offered] = resource.challenges;
      expect((await client.challenge(offered?.url ?? "")).resource).toMatchObject({
        type: offered?.type,
        status: "pending",
      });
      expect(session.observed.at(-1)).toMatchObject({ resource: "challenge", status: 200 });
    });

    it("are given up with their authorization", async () => {
      await using session = await openAccount(shared());
      const { client } = session;
      const { url, resource: order } = await client.newOrder({
        identifiers: [{ type: "dns", value: "given-up.example.com" }],
      });
      const { resource } = await client.deactivateAuthorization(order.authorizations[0] ?? "");
      expect(resource.status).toBe("deactivated");
      expect((await client.order(url)).resource.status).toBe("invalid");
    });

    it("of a reused authorization need no answer", async () => {
      await using session = await openAccount(shared());
      await session.obtain(["reuse.example.com"]);
      const before = session.observed.length;
      await session.obtain(["reuse.example.com"], { publish: {}, polling });
      const made = session.observed.slice(before).map(({ resource }) => resource);
      expect(made).not.toContain("challenge");
    });

    it("are asked for ahead of an order, where the CA lets one", async () => {
      await using session = await openAccount(shared());
      const identifier = { type: "dns", value: "ahead.example.com" } as const;
      if (!kind.features.preAuthorization) {
        expect((await failureOf(session.client.newAuthorization(identifier))).code).toBe("not-offered");
        return;
      }
      const { url, resource } = await session.client.newAuthorization(identifier);
      expect(resource).toMatchObject({ status: "pending", identifier });
      expect((await session.client.authorization(url)).resource.identifier).toEqual(identifier);
    });
  });
}
