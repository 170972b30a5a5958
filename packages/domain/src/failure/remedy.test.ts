import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { failureCodes, failures } from "./failure-code.ts";
import { remedies } from "./remedy.ts";

const page = readFileSync(new URL("../../../../docs/operate/README.md", import.meta.url), "utf8");
const yes = (helps: boolean): string => (helps ? "yes" : "no");

describe.each(failureCodes)("%s", (code) => {
  const { acts, anotherCa, anotherChallenge } = remedies[code];
  const { recovery, party } = failures[code];

  test("who must act agrees with what happens next and whose doing it is", () => {
    if (party === "customer") expect(acts).toBe("customer");
    if (acts === "nobody") expect(recovery).not.toBe("end");
    if (recovery === "end") expect(["customer", "operator"]).toContain(acts);
  });

  test("is in the runbooks' table", () => {
    const [, row = ""] = new RegExp(`^\\| \\[\`${code}\`\\].*?\\|(.*)\\|$`, "m").exec(page) ?? [];
    const cells = row.split("|").map((cell) => cell.trim());
    expect(cells).toEqual([acts, yes(anotherCa), yes(anotherChallenge)]);
  });
});
