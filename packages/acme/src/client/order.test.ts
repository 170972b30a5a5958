import { describe, expect, it } from "vitest";
import { NOW } from "../../test/scripted-client.ts";
import { newOrderPayload, parseOrder } from "./order.ts";

const CA = "https://ca.example.com";

describe("parseOrder", () => {
  it.each(["deactivated", "expired", "revoked"])("takes %s for invalid", (status) => {
    expect(parseOrder(JSON.stringify({ status, finalize: `${CA}/f` }), NOW).status).toBe("invalid");
  });

  it("reads the wished-for validity, and null where there is none", () => {
    const order = { status: "pending", finalize: `${CA}/f`, notAfter: "2026-12-01T00:00:00Z" };
    expect(parseOrder(JSON.stringify(order), NOW)).toMatchObject({
      notBefore: null,
      notAfter: Date.UTC(2026, 11, 1),
    });
  });
});

describe("newOrderPayload", () => {
  const identifiers = [{ type: "dns", value: "a.example.com" }] as const;

  it("says nothing that was not asked for", () => {
    expect(JSON.parse(newOrderPayload({ identifiers }))).toEqual({ identifiers });
  });

  it("writes times as RFC 3339 has them", () => {
    const request = { identifiers, notBefore: Date.UTC(2026, 11, 1), notAfter: Date.UTC(2026, 11, 8) };
    expect(JSON.parse(newOrderPayload(request))).toEqual({
      identifiers,
      notBefore: "2026-12-01T00:00:00.000Z",
      notAfter: "2026-12-08T00:00:00.000Z",
    });
  });
});
