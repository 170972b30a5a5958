import { isToken } from "@certmill/acme";
import { describe, expect, test } from "vitest";
import { checkTokens } from "../../src/challenge/check-token.ts";

const tokens = checkTokens("11111111-2222-3333-4444-555555555555");

describe("check tokens", () => {
  test("are answered by every responder of the installation, within what a CA reads", () => {
    const { token, answer } = tokens.make();
    expect(isToken(token)).toBe(true);
    expect(checkTokens("11111111-2222-3333-4444-555555555555").answerTo(token)).toBe(answer);
    expect(answer.startsWith(`${token}.`)).toBe(true);
    expect(answer.length).toBeLessThan(128);
    expect(tokens.make().token).not.toBe(token);
  });

  test("of another installation, or made up, are answered by nobody", () => {
    const { token } = tokens.make();
    expect(checkTokens("another").answerTo(token)).toBeNull();
    const changed = token.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    for (const other of [
      changed,
      token.slice(0, -1),
      `${token}A`,
      "certmill-check-",
      "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA",
    ])
      expect(tokens.answerTo(other)).toBeNull();
  });
});
