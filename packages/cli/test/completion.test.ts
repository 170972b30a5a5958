import { execFile } from "node:child_process";
import { chmod, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { scripts } from "../src/completion/scripts.ts";

const run = promisify(execFile);
/** The sources, as people start them. */
const entry = fileURLToPath(new URL("../src/certmill.mjs", import.meta.url));

test("bash completes a command, an option's value that it cuts at its sign, and leaves files to itself", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-completion-"));
  const program = join(directory.path, "certmill");
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${entry}" "$@"\n`);
  await chmod(program, 0o755);
  const lines = [
    scripts.bash,
    // Only a completion that is going on knows compopt: here it is told instead.
    "compopt() { echo files; }",
    'typed() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _certmill; echo "${COMPREPLY[*]}"; }',
    "typed certmill domain li",
    "typed certmill domain list --state = fa",
    "typed certmill domain import ''",
  ];
  const { stdout } = await run("bash", ["--norc", "-c", lines.join("\n")], {
    env: { PATH: `${directory.path}:${process.env["PATH"]}`, NODE_NO_WARNINGS: "1" },
  });
  expect(stdout.split("\n")).toEqual(["list", "failing failed", "files", "", ""]);
});
