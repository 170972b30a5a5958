import { expect, test } from "vitest";
import { Retries } from "./retries.ts";

const doubling = { least: 1_000, most: 300_000 };

test("what was begun before a failure and fails after it is no further failure", () => {
  const retries = new Retries(doubling);
  const at = retries.failed("server");
  for (let i = 0; i < 100; i += 1) expect(retries.failed("server")).toBe(at);
  expect(at - Date.now()).toBeLessThanOrEqual(1_000);
  expect(retries.notBefore("another")).toBe(0);
  retries.succeeded("server");
  expect(retries.notBefore("server")).toBe(0);
});
