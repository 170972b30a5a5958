import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runCommand } from "./run-command.ts";

const never = new AbortController().signal;
/** Milliseconds that no command here comes near. */
const long = 60_000;

test("a command that succeeds", async () => {
  expect(await runCommand("true", long, never)).toEqual({ kind: "done" });
});

test.each([
  ["echo wrong file >&2; echo line 3; exit 4", /^exit code 4: (wrong file; line 3|line 3; wrong file)$/],
  ["exit 1", /^exit code 1$/],
  ["kill -TERM $$", /^ended by SIGTERM$/],
  ["/nowhere/command", /^exit code 127: .*\/nowhere\/command/],
  ["yes | head -c 100000; exit 1", /^exit code 1: .{500,1000}$/],
])("%s", async (command, reason) => {
  const outcome = await runCommand(command, long, never);
  expect(outcome).toEqual({ kind: "failed", reason: expect.stringMatching(reason) });
});

test("what takes too long is killed, with what it started", async () => {
  const outcome = await runCommand("sleep 1000 & echo $!; wait", 300, never);
  expect(outcome).toMatchObject({
    kind: "failed",
    reason: expect.stringMatching(/^it took longer than 0.3 s/),
  });
  const pid = Number(/\d+$/.exec(outcome.kind === "failed" ? outcome.reason : "")?.[0]);
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test("a daemon left behind with the output open does not hold it up", async () => {
  expect(await runCommand("sleep 2 & exit 0", long, never)).toEqual({ kind: "done" });
});

/** A killed process that nobody has waited for yet is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
