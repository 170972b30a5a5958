import { describe, expect, test } from "vitest";
import { parseDocComment } from "./doc-comment.ts";
import { headingAnchors } from "./heading-anchors.ts";
import { docParagraphs, namesIn } from "./page-text.ts";

const anchorOf = (name: string) => (/^(Order|Account)$/.test(name) ? name.toLowerCase() : null);
const shown = (comment: string) => docParagraphs(parseDocComment(comment), anchorOf);

describe("a docstring", () => {
  test("becomes paragraphs: its text, its parameters as a list, then the other tags", () => {
    const comment = `*
     * Reads it.
     *
     * - one
     *   more
     * @returns what it reads.
     * @param url where it is;
     *   absolute.
     * @param most - bytes.
     * @throws TypeError for none.
     `;
    expect(shown(comment)).toEqual([
      "Reads it.\n\n- one\n  more",
      "- `url`: where it is;\nabsolute.\n- `most`: bytes.",
      "*Returns* what it reads.",
      "*Throws* TypeError for none.",
    ]);
  });

  test.each([
    ["an RFC", "See RFC 7638.", "See [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)."],
    [
      "a section, across a line's end",
      "(RFC 8555\nsection 7.1.2)",
      "([RFC 8555 section 7.1.2](https://www.rfc-editor.org/rfc/rfc8555#section-7.1.2))",
    ],
    ["a name of the page", "see {@link Order}", "see [`Order`](#order)"],
    ["a name in other words", "an {@link Order | order}", "an [order](#order)"],
    ["a name that is elsewhere", "see {@link KeyObject}", "see `KeyObject`"],
    ["a tag that is none", "Retry-After: <seconds>", "Retry-After: &lt;seconds>"],
    ["code", "`RFC 8555 <x>`", "`RFC 8555 <x>`"],
  ])("links or keeps %s", (_, text, expected) => {
    expect(shown(`* ${text}`)).toEqual([expected]);
  });

  test("has no tag that the page would lose", () => {
    expect(() => shown("* Reads it.\n * @since 1")).toThrow(/@since/);
  });
});

test("the names of some code are those of the page, each once, not in strings or comments, not its own", () => {
  const code = 'orders(a: Account, b: Account | "Order"): /* Order */ Promise<Orders>';
  expect(namesIn(code, "Other", anchorOf)).toBe("See [`Account`](#account).");
  expect(namesIn(code, "Account", anchorOf)).toBe("");
});

test("anchors are in lower case, without signs, and told apart", () => {
  expect(headingAnchors(["@a/b", "What, to do", "KNOWN_TYPES", "nameOf", "NameOf", "NAMEOF"])).toEqual([
    "ab",
    "what-to-do",
    "known_types",
    "nameof",
    "nameof-1",
    "nameof-2",
  ]);
});
