import { expect, test } from "vitest";
import { eventKinds } from "../event/event-kind.ts";
import { instant } from "../time/instant.ts";
import { type EventToTell, type ToldDomain, webhookMessage } from "./webhook-message.ts";

const at = instant(Date.parse("2026-11-22T12:00:00Z"));
const domain: ToldDomain = {
  names: ["shop.example.com", "www.shop.example.com"],
  tenant: "acme",
  ofTwin: false,
  renewal: false,
  before: null,
  certificate: null,
};
const certificate = { id: "7", serial: "0a", issuer: "CN=Test", notBefore: at, notAfter: at };

test("a failure says where the domain was and is, whose it is, and what to change", () => {
  const detail = { code: "caa", detail: "CAA record forbids" };
  const before = { kind: "issuance.started", renewal: false, toEdges: false };
  expect(
    webhookMessage({ at, kind: "issuance.failed", detail, domain: { ...domain, before }, cursor: "c1" }),
  ).toEqual({
    type: "issuance.failed",
    timestamp: "2026-11-22T12:00:00.000Z",
    data: {
      domain: "shop.example.com",
      names: ["shop.example.com", "www.shop.example.com"],
      tenant: "acme",
      ofTwin: false,
      state: { before: "issuing", after: "waiting" },
      failure: { code: "caa", party: "customer", sentence: expect.stringMatching(/CAA record/) },
      certificate: null,
      event: "issuance.failed",
      sentence: expect.stringMatching(/^The attempt failed: .*CAA record forbids/),
      detail,
      cursor: "c1",
    },
  });
});

test("a renewal that fails says so, with the certificate that is still served", () => {
  const told: ToldDomain = {
    ...domain,
    renewal: true,
    before: { kind: "certificate.stored", renewal: false, toEdges: false },
    certificate,
  };
  expect(
    webhookMessage({ at, kind: "issuance.failed", detail: { code: "new-code" }, domain: told, cursor: "c" })
      ?.data,
  ).toMatchObject({
    state: { before: "active", after: "failing" },
    failure: { code: "new-code", party: null, sentence: null },
    certificate: { serial: "0a", notAfter: "2026-11-22T12:00:00.000Z" },
  });
});

test("a first certificate that edges are to serve makes its domain active once they do", () => {
  const stored = { kind: "certificate.stored", renewal: false, toEdges: true };
  const say = (kind: string, detail: EventToTell["detail"], told: Partial<ToldDomain>) =>
    webhookMessage({ at, kind, detail, domain: { ...domain, ...told }, cursor: "c" })?.data["state"];
  const started = { kind: "issuance.started", renewal: false, toEdges: false };
  const toEdges = { toEdges: true };
  expect([
    say("certificate.stored", toEdges, { before: started }),
    say("certificate.stored", {}, { before: started }),
    say("certificate.served", {}, { before: stored, renewal: true }),
    say("certificate.stored", toEdges, { before: { ...started, renewal: true }, renewal: true }),
  ]).toEqual([
    { before: "issuing", after: "delivering" },
    { before: "issuing", after: "active" },
    { before: "delivering", after: "active" },
    { before: "active", after: "active" },
  ]);
});

test("what moves nothing leaves the domain where it was", () => {
  const told = { ...domain, before: { kind: "domain.added", renewal: false, toEdges: false } };
  const message = webhookMessage({ at, kind: "check.failed", detail: {}, domain: told, cursor: "c" });
  expect(message?.data).toMatchObject({ state: { before: "waiting", after: "waiting" } });
});

test.each(Object.keys(eventKinds))("%s is a message exactly when the table says so", (kind) => {
  const message = webhookMessage({ at, kind, detail: {}, domain: null, cursor: "c" });
  expect(message?.type ?? null).toBe(eventKinds[kind as keyof typeof eventKinds].message);
});

test("what this program does not know is told to nobody", () => {
  expect(webhookMessage({ at, kind: "new.kind", detail: {}, domain, cursor: "c" })).toBeNull();
});

test("what is about the RSA certificate of a pair says so, and leaves the domain where it is", () => {
  const before = { kind: "issuance.started", renewal: true, toEdges: false };
  const twin = { ...domain, ofTwin: true, renewal: true, before };
  const message = webhookMessage({
    at,
    kind: "issuance.failed",
    detail: { code: "dns" },
    domain: twin,
    cursor: "c1",
  });
  expect(message?.data).toMatchObject({
    ofTwin: true,
    state: { before: null, after: null },
    failure: { code: "dns" },
  });
  expect(message?.data["sentence"]).toMatch(/^RSA: The attempt failed/);
});
