import { expect, test } from "vitest";
import { customerTexts } from "./customer-text.ts";
import { authorityWords, detailLines, toneOfEvent, withoutWords } from "./timeline-words.ts";

const finding = {
  code: "stray-aaaa",
  weight: "fault" as const,
  name: "shop.example",
  sentence: "An IPv6 address leads elsewhere: remove it.",
  where: "shop.example",
  expected: ["AAAA 2001:db8::1"],
  found: ["AAAA 2001:db8::2"],
  ca: null,
  seenFrom: [],
  before: null,
};

test("the customer reads the faults, not the notices, with what is and what should be", () => {
  const notice = { ...finding, weight: "notice" as const, sentence: "Not for the customer." };
  const check = { checkedAt: "2026-11-27T00:00:00Z", nextCheckAt: null, findings: [finding, notice] };
  const delegations = [
    { name: "_acme-challenge.shop.example", target: "x.proofs.example" },
    { name: "_acme-challenge.none.example", target: null },
  ];
  expect(
    customerTexts({ name: "shop.example", check, delegations }),
  ).toBe(`shop.example: An IPv6 address leads elsewhere: remove it.
Where to change it: shop.example
There now: AAAA 2001:db8::2
Should be: AAAA 2001:db8::1

shop.example needs these records, once:
_acme-challenge.shop.example  CNAME  x.proofs.example.`);
});

test("the CA's words are told once, and the rest of a step by its names", () => {
  const detail = { code: "connection", detail: "Timeout", order: { url: "x" }, none: null };
  const words = authorityWords(detail);
  expect(withoutWords("It could not connect. (Timeout)", words)).toBe("It could not connect.");
  expect(detailLines(detail)).toEqual([
    ["code", "connection"],
    ["order", '{"url":"x"}'],
  ]);
});

test.each([
  ["issuance.failed", "bad"],
  ["certificate.revocation-failed", "bad"],
  ["certificate.stored", "good"],
  ["order.created", "rest"],
])("%s is marked %s", (kind, tone) => {
  expect(toneOfEvent(kind)).toBe(tone);
});
