import { expect, test } from "vitest";
import {
  type Clause,
  doesNotApply,
  type Evidence,
  missing,
  shownBy,
} from "../../packages/acme/conformance/clause.ts";
import { conformancePage } from "./page.ts";

const clause = (number: number, shown: Evidence): Clause => ({
  id: `1-2-${number}`,
  section: "2",
  level: "MUST NOT",
  clause: "It rains | <em>snows</em>.",
  shown,
});

test("has a row for each clause, with what shows it, and counts them", () => {
  const twice = shownBy({ file: "a.test.ts", title: "a | [b] <c>" }, { file: "test/b.ts", title: "d" });
  const clauses = [clause(1, twice), clause(2, doesNotApply("it is indoors.")), clause(3, missing)];
  const page = conformancePage([{ key: "1", title: "RFC 1", url: "https://rfc.example.com/1", clauses }]);
  const what = "It rains \\| &lt;em&gt;snows&lt;/em&gt;.";
  expect(page).toContain("| [RFC 1](https://rfc.example.com/1) | 3 | 1 | 1 | 1 |\n");
  expect(page).toContain(
    `| 1-2-1 | MUST NOT | ${what} | [a \\| \\[b\\] &lt;c&gt;](../a.test.ts)<br>[d](../test/b.ts) |\n`,
  );
  expect(page).toContain(`| 1-2-2 | MUST NOT | ${what} | Does not apply: it is indoors. |\n`);
  expect(page).toContain(`| 1-2-3 | MUST NOT | ${what} | **not shown yet** |\n`);
});
