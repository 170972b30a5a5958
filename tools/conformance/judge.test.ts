import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Clause, doesNotApply, missing, shownBy } from "../../packages/acme/conformance/clause.ts";
import { judge } from "./judge.ts";

const good: Clause = {
  id: "1-2.3-1",
  section: "2.3",
  level: "MUST",
  clause: "It rains.",
  shown: shownBy({ file: "a.test.ts", title: "weather > rains" }),
};

async function judgeClauses(...clauses: readonly Clause[]) {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-conformance-"));
  const text = `describe("weather", () => { it("rains", () => {}); it.skip("snows", () => {}); });`;
  await writeFile(join(directory.path, "a.test.ts"), text);
  const specification = { key: "1", title: "RFC 1", url: "https://rfc.example.com/1", clauses };
  return judge([specification], directory.path);
}

test("a clause whose test is there has no fault", async () => {
  const inapt: Clause = { ...good, id: "1-2.3-2", shown: doesNotApply("it is indoors.") };
  expect(await judgeClauses(good, inapt)).toEqual({ clauses: 2, faults: [], missing: [] });
});

test("what is not shown yet is told by its id, and is no fault", async () => {
  const verdict = await judgeClauses(good, { ...good, id: "1-2.3-2", shown: missing });
  expect(verdict).toEqual({ clauses: 2, faults: [], missing: ["1-2.3-2"] });
});

describe("a fault is", () => {
  const faults: readonly (readonly [what: string, clause: Clause, why: RegExp])[] = [
    [
      "a file that is not there",
      { ...good, shown: shownBy({ file: "b.test.ts", title: "rains" }) },
      /no file b/,
    ],
    [
      "a test that is not there",
      { ...good, shown: shownBy({ file: "a.test.ts", title: "rains" }) },
      /called "rains"/,
    ],
    [
      "a test that is skipped",
      { ...good, shown: shownBy({ file: "a.test.ts", title: "weather > snows" }) },
      /no test that runs/,
    ],
    ["an id of another section", { ...good, section: "2.4" }, /not of section 2\.4/],
    ["an id of another document", { ...good, id: "2-2.3-1" }, /not of section 2\.3 of 1/],
    ["an id without a number", { ...good, id: "1-2.3-0" }, /not of section/],
  ];
  test.each(faults)("%s", async (_, clause, why) => {
    expect((await judgeClauses(clause)).faults).toEqual([expect.stringMatching(why)]);
  });

  test("an id that two clauses have", async () => {
    expect((await judgeClauses(good, good)).faults).toEqual(["1-2.3-1: two clauses have this id"]);
  });

  test("no clause at all", async () => {
    expect((await judgeClauses()).faults).toEqual([
      "RFC 1: no clause was found",
      expect.stringMatching(/wrong place/),
    ]);
    expect(judge([], "/").faults).toEqual([expect.stringMatching(/wrong place/)]);
  });
});
