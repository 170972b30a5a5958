import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { eventKinds, eventSentence, factsOfEvent, messageTypes } from "./event-kind.ts";

describe.each(Object.entries(eventKinds))("%s", (kind, { sentence, message, state }) => {
  test("has a sentence, whatever its detail holds", () => {
    for (const detail of [
      {},
      { findings: 3, names: null, code: 7, urgent: true, explanationUrl: "https://x" },
    ])
      expect(sentence(detail)).toMatch(/^[A-Z].*[.):x]/);
  });

  test("is told by webhooks when it moves the domain", () => {
    if (state !== null) expect(message).not.toBeNull();
    if (message !== null) expect(message).toMatch(/^[a-z]+\.[a-z-]+$/);
  });

  test("is found by its name", () => {
    expect(factsOfEvent(kind)).toBe(eventKinds[kind as keyof typeof eventKinds]);
  });
});

test("a kind of a newer version is shown as it is, and told to nobody", () => {
  for (const kind of ["new.kind", "toString", "__proto__"]) {
    expect(eventSentence(kind, {})).toBe(kind);
    expect(factsOfEvent(kind)).toBeNull();
  }
});

test("each type of message is listed once", () => {
  expect(new Set(messageTypes).size).toBe(messageTypes.length);
  expect(messageTypes).toContain("certificate.issued");
});

test("docs/webhooks.md has a row for each type of message, and no other", () => {
  const page = readFileSync(new URL("../../../../docs/webhooks.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z]+\.[a-z-]+)` +\|/gm)].map(([, type]) => type);
  expect(rows.filter((type) => !messageTypes.includes(type ?? ""))).toEqual([]);
  expect(messageTypes.filter((type) => !rows.includes(type))).toEqual([]);
});
