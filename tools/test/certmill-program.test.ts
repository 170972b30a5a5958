import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import { certmillProgram } from "./certmill-program.ts";

/** What the command reads of itself, before it does anything else, is broken. */
const broken = `const { parse } = JSON;
JSON.parse = (text, revive) => {
  if (text.includes('"name": "certmill"')) throw new TypeError("broken");
  return parse(text, revive);
};`;

test("bundled or not, a stack trace names the line of the source", async () => {
  const args = ["--import", `data:text/javascript,${encodeURIComponent(broken)}`, certmillProgram, "status"];
  const stderr = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { timeout: 60_000 }, (_, __, told) => resolve(told));
  });
  expect(stderr).toMatch(/^TypeError: broken$/m);
  expect(stderr).toMatch(/^ {4}at (?:async )?runCommand \(.*\/packages\/cli\/src\/run-command\.ts:12:/m);
});
