import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildProgram } from "../program.ts";
import { complete } from "./complete.ts";

const program = buildProgram("1.2.3");

/** @param line what was typed after the program's name; the cursor is at its end. */
function wordsAfter(line: string): readonly string[] | "files" {
  const completion = complete(program, line.split(" "));
  return completion.kind === "files" ? "files" : completion.words.map(({ word }) => word);
}

describe("what can follow", () => {
  test.each<readonly [line: string, expected: readonly string[] | "files"]>([
    ["camp", ["campaign"]],
    ["domain sh", ["show"]],
    ["domain list --sta", ["--state"]],
    ["domain list --state fa", ["failing", "failed"]],
    ["domain list --state=fa", ["--state=failing", "--state=failed"]],
    ["domain list --state = fa", ["failing", "failed"]],
    ["domain list --state = ", wordsAfter("domain list --state ")],
    ["domain list --tenant ", []],
    ["domain list --tenant acme --st", ["--state"]],
    ["domain list --token-file ", "files"],
    ["domain list --token-file=ad", "files"],
    ["domain import ", "files"],
    ["responder snippet --responder 10.0.0.1:80 ha", ["haproxy"]],
    ["responder snippet haproxy ", []],
    ["responder snippet --json -- ng", ["nginx"]],
    ["domain show shop.example.com ", []],
    ["domain show show --js", ["--json"]],
    ["nonsense more ", []],
    ["--no-such-option=x", []],
  ])("%s", (line, expected) => expect(wordsAfter(line)).toEqual(expected));

  test("at the beginning every command that the help names, with what it does", () => {
    const { words } = complete(program, [""]) as Extract<ReturnType<typeof complete>, { kind: "words" }>;
    for (const command of program.commands)
      expect(words).toContainEqual({ word: command.name(), description: command.description() });
  });
});

test("what is offered goes on from what was typed, whatever that is", () => {
  const part = fc.oneof(
    fc.constantFrom("domain", "list", "--state", "=", "--", "--json", "-h", "", "ca", "add", "--state="),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (typed) => {
      const completion = complete(program, typed);
      if (completion.kind === "files") return;
      const last = typed.at(-1) ?? "";
      const cut = typed.at(-2)?.startsWith("--") === true || typed.at(-2) === "=" || last === "=";
      for (const { word } of completion.words) if (!cut) expect(word.startsWith(last)).toBe(true);
    }),
  );
});
