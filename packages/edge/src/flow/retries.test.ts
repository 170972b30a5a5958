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

test("what fails again when it was tried again waits longer", () => {
  const retries = new Retries({ least: 0.001, most: 1 });
  const waits = Array.from({ length: 30 }, () => retries.failed("a") - Date.now());
  expect(waits.at(-1)).toBeGreaterThanOrEqual(0);
});
