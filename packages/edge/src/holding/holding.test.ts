import { describe, expect, test } from "vitest";
import { fileStep, type Holding, needsReload } from "./holding.ts";

const names = ["a.example.com"];
const one = { certificateId: "1", serial: "01" };
const two = { certificateId: "2", serial: "02" };
const otherInstallation = { certificateId: "1", serial: "0f" };

const holding = (part: Partial<Holding>): Holding => ({
  lineageId: "7",
  names,
  wanted: null,
  installed: null,
  loaded: null,
  ...part,
});

describe("every combination of wanted, installed and loaded", () => {
  test.each([
    // wanted, installed, loaded: step, reload
    [null, null, null, "forget", false],
    [null, null, one, null, true],
    [null, one, null, "withdraw", true],
    [null, one, one, "withdraw", false],
    [null, two, one, "withdraw", true],
    [one, null, null, "install", false],
    [one, null, one, "install", true],
    [one, one, null, null, true],
    [one, one, one, null, false],
    [two, one, null, "install", true],
    [two, one, one, "install", false],
    [otherInstallation, one, one, "install", false],
  ] as const)("%o %o %o", (wanted, installed, loaded, step, reload) => {
    const at = holding({ wanted, installed: installed === null ? null : { ...installed, names }, loaded });
    expect(fileStep(at)).toBe(step);
    expect(needsReload(at)).toBe(reload);
  });

  test("a new name makes the same certificate one to install", () => {
    const at = holding({
      names: [...names, "b.example.com"],
      wanted: one,
      installed: { ...one, names },
      loaded: one,
    });
    expect(fileStep(at)).toBe("install");
  });
});
