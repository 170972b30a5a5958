import { expect, test } from "vitest";
import { AskedTogether } from "./asked-together.ts";

test("what is asked for while a lookup runs goes into the next one together", async () => {
  const lookups: string[][] = [];
  const together = new AskedTogether<string, string>(async (keys) => {
    lookups.push([...keys]);
    await new Promise((resolve) => setImmediate(resolve));
    return new Map(keys.filter((key) => key !== "none").map((key) => [key, key.toUpperCase()]));
  });
  const answers = await Promise.all(["a", "b", "none", "b", "c"].map((key) => together.ask(key)));
  expect(answers).toEqual(["A", "B", null, "B", "C"]);
  expect(lookups).toEqual([["a"], ["b", "none", "c"]]);
  expect(await together.ask("a")).toBe("A");
});

test("a lookup that fails fails for those who are in it, and not for the next", async () => {
  let isAway = true;
  const together = new AskedTogether<string, string>(async (keys) => {
    if (isAway) throw new Error("away");
    return new Map(keys.map((key) => [key, key]));
  });
  await expect(together.ask("a")).rejects.toThrow("away");
  isAway = false;
  expect(await together.ask("a")).toBe("a");
});
