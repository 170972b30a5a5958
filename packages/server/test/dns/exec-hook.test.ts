/** Hooks as programs: shell scripts in a directory of the test's own. */
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { until } from "../../../../tools/peers/until.ts";
import { execHook } from "../../src/dns/exec-hook.ts";

const record = { zone: "zone.test", name: "_acme-challenge.zone.test", text: "-text_of 43 characters" };
const patience = () => AbortSignal.timeout(60_000);

async function withHook(script: string) {
  const directory = await mkdtempDisposable(join(tmpdir(), "certmill-hook-"));
  await writeFile(join(directory.path, "hook"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return {
    provider: execHook({ program: "hook", directory: directory.path }),
    read: (file: string) => readFile(join(directory.path, file), "utf8"),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

test("it is told what to do by arguments and environment, and gets no secret of ours", async () => {
  process.env["CERTMILL_KEY_ENCRYPTION_KEYS"] = "a-secret-of-the-server";
  await using hook = await withHook(
    `cd "$(dirname "$0")"; printf '%s|' "$@" > "$1"; env | grep -E '^(CERTMILL|DATABASE)' | sort >> "$1"`,
  );
  await hook.provider.add(record, patience());
  await hook.provider.remove(record, patience());
  delete process.env["CERTMILL_KEY_ENCRYPTION_KEYS"];
  for (const action of ["add", "remove"]) {
    expect(await hook.read(action)).toBe(
      `${action}|${record.name}|${record.text}|${record.zone}|CERTMILL_ACTION=${action}\nCERTMILL_NAME=${record.name}\nCERTMILL_TEXT=${record.text}\nCERTMILL_ZONE=${record.zone}\n`,
    );
  }
});

test("what it ends with and printed last is told", async () => {
  await using hook = await withHook("echo no such zone >&2; exit 7");
  await expect(hook.provider.add(record, patience())).rejects.toThrow(/exit code 7: no such zone\.$/);
});

test("what it printed is told without what no database takes", async () => {
  await using hook = await withHook(String.raw`printf 'no\000zone' >&2; exit 7`);
  await expect(hook.provider.add(record, patience())).rejects.toThrow(/exit code 7: no\ufffdzone\.$/);
});

test("one that does not end is killed with all it started when the time is up", async () => {
  await using hook = await withHook(`cd "$(dirname "$0")"; sleep 60 & echo $! > child; wait`);
  const stop = new AbortController();
  const adding = hook.provider.add(record, stop.signal);
  const pid = async (): Promise<number> => {
    for (;;) {
      const text = await hook.read("child").catch(() => "");
      if (text.endsWith("\n")) return Number(text);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const child = await pid();
  stop.abort(new Error("time is up"));
  await expect(adding).rejects.toThrow("time is up");
  // A killed process is there until the kernel comes to it.
  await until({
    what: "the hook's child to be gone",
    probe: async () => /\) [ZX]/.test(await readFile(`/proc/${child}/stat`, "utf8").catch(() => ") X")),
    within: 60_000,
  });
});

test.each([
  ["../hook", "/tmp", /no file's name/],
  ["..", "/tmp", /no file's name/],
  ["hook", null, /dns_hook_directory/],
])("%s in %s is not run", (program, directory, words) => {
  expect(() => execHook({ program, directory })).toThrow(words);
});

test("a file that is not there, or no program, is told", async () => {
  const missing = execHook({ program: "missing", directory: "/nonexistent" }).add(record, patience());
  await expect(missing).rejects.toThrow(/cannot be run/);
});
