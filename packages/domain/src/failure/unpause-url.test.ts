import { expect, test } from "vitest";
import { unpauseUrl } from "./unpause-url.ts";

const paused =
  "Your account is temporarily prevented from requesting certificates for a.example and possibly others. Please visit: ";

test("the link that a CA names is taken out of its words, without what ends the sentence", () => {
  expect(unpauseUrl(`${paused}https://portal.example/unpause?jwt=ey.J-x_.y`)).toBe(
    "https://portal.example/unpause?jwt=ey.J-x_.y",
  );
  expect(unpauseUrl(`${paused}https://portal.example/unpause?jwt=abc.`)).toBe(
    "https://portal.example/unpause?jwt=abc",
  );
  expect(unpauseUrl(`Visit https://portal.example/x, then wait`)).toBe("https://portal.example/x");
});

test("other words have none", () => {
  for (const detail of [
    null,
    "",
    "see http://plain.example",
    "https://docs.example/limits",
    "visit: nowhere",
  ])
    expect(unpauseUrl(detail)).toBeNull();
});
