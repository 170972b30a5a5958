import { describe, expect, test } from "vitest";
import { type CertificateRef, fileStep, type Holding, needOf, needsLoading, needsProof } from "./holding.ts";

const names = ["a.example.com"];
const one = { certificateId: "1", serial: "01", notAfter: "2026-03-01T00:00:00Z" };
const two = { certificateId: "2", serial: "02", notAfter: "2026-05-01T00:00:00Z" };
const otherInstallation = { certificateId: "1", serial: "0f", notAfter: "2026-04-01T00:00:00Z" };
const served = (ref: CertificateRef | null) => (ref === null ? null : { ...ref, names });

const holding = (part: Partial<Holding>): Holding => ({
  lineageId: "7",
  names,
  twinOf: null,
  wanted: null,
  installed: null,
  loaded: null,
  proved: null,
  ...part,
});

describe("every combination of wanted, installed and loaded", () => {
  test.each([
    // wanted, installed, loaded: step, load
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
  ] as const)("%o %o %o", (wanted, installed, loaded, step, load) => {
    const at = holding({ wanted, installed: served(installed), loaded: served(loaded) });
    expect(fileStep(at)).toBe(step);
    expect(needsLoading(at)).toBe(load);
  });

  test("a new name makes the same certificate one to install", () => {
    const at = holding({
      names: [...names, "b.example.com"],
      wanted: one,
      installed: { ...one, names },
      loaded: { ...one, names },
    });
    expect(fileStep(at)).toBe("install");
  });

  test("the same certificate under another name is to be loaded again", () => {
    const installed = { ...one, names: [...names, "b.example.com"] };
    expect(needsLoading(holding({ installed, loaded: { ...one, names } }))).toBe(true);
  });
});

test("what is loaded is to be proved, and nothing else", () => {
  expect(needsProof(holding({ loaded: null, proved: one }))).toBe(false);
  expect(needsProof(holding({ loaded: served(one), proved: null }))).toBe(true);
  expect(needsProof(holding({ loaded: served(two), proved: one }))).toBe(true);
  expect(needsProof(holding({ loaded: served(one), proved: one }))).toBe(false);
});

test("new names come before renewals, and of either the one that ends first", () => {
  const line = [
    holding({ lineageId: "new, ends late", wanted: two }),
    holding({ lineageId: "renewed, ends late", wanted: one, loaded: served(two) }),
    holding({ lineageId: "new, ends soon", wanted: one }),
    holding({ lineageId: "renewed, ends soon", wanted: two, loaded: served(one) }),
  ];
  const sorted = line.toSorted((a, b) => (needOf(a) < needOf(b) ? -1 : 1));
  expect(sorted.map(({ lineageId }) => lineageId)).toEqual([
    "new, ends soon",
    "new, ends late",
    "renewed, ends soon",
    "renewed, ends late",
  ]);
});
