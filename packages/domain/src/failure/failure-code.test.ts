import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { failureCodes, failures, isFailureCode, type Recovery } from "./failure-code.ts";

const runbooks = new URL("../../../../docs/operate/", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, runbooks), "utf8");

/** The text with its line breaks, quote marks and runs of spaces taken out. */
const flat = (markdown: string): string => markdown.replaceAll(/^> /gm, "").replaceAll(/\s+/g, " ");

const headings = ["What it means.", "How to see it.", "What to do.", "What Certmill does by itself."];

/** What a runbook must say Certmill does, for the code's recovery. */
const promise = {
  wait: "It keeps the order",
  retry: "It ends this issuance and orders again",
  end: "It rests the domain",
} satisfies Record<Recovery, string>;

/** The index's heading for the code's recovery. */
const indexed = {
  wait: "The order goes on after a pause",
  retry: "The issuance ended; Certmill tries again by itself",
  end: "The domain rests until a person acts",
} satisfies Record<Recovery, string>;

/** Words of the trade that a customer need not know. */
const jargon = /urn:|RFC|ACME|authz|authorization|nonce|CSR|\b[45]\d\d\b|[`_{}<>]/;

describe.each(failureCodes)("%s", (code) => {
  const { sentence, recovery } = failures[code];

  test("has one sentence that a customer understands", () => {
    expect(sentence).toMatch(/^[A-Z][^.!?]*\.$/);
    expect(sentence).not.toMatch(jargon);
    expect(sentence).not.toMatch(/has been told|was told/);
    for (const other of failureCodes.filter((other) => other.includes("-"))) {
      expect(sentence).not.toContain(other);
    }
  });

  test("has a short runbook that says the same", () => {
    const runbook = read(`${code}.md`);
    expect(runbook.split("\n")[0]).toBe(`# \`${code}\``);
    expect(flat(runbook)).toContain(sentence);
    for (const heading of headings) expect(runbook).toContain(`**${heading}**`);
    expect(flat(runbook)).toContain(promise[recovery]);
    expect(runbook.split("\n").length).toBeLessThanOrEqual(20);
  });

  test("is in the runbooks' index under what happens next, with its sentence", () => {
    const [, section = ""] = read("README.md").split(`## ${indexed[recovery]}\n`);
    expect(section.split("\n## ")[0]).toContain(`- [\`${code}\`](${code}.md): ${sentence}\n`);
  });

  test("is recognised", () => {
    expect(isFailureCode(code)).toBe(true);
  });
});

test("no runbook is for a code that is gone", () => {
  const known = new Set<string>(failureCodes.map((code) => `${code}.md`));
  expect(
    readdirSync(runbooks)
      .filter((file) => !known.has(file))
      .toSorted(),
  ).toEqual(["README.md", "alerts"]);
});

test.each(["", "toString", "__proto__", "DNS"])("%j is no code", (text) => {
  expect(isFailureCode(text)).toBe(false);
});
