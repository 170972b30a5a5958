import { spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";

/**
 * LuaJIT gives way to OpenResty's of it, which nginx's Lua module needs. What Debian builds with the one (wrk, which the benches
 * bring) takes the other as well.
 */
const givesWay = new Set(["libluajit-5.1-2", "libluajit-5.1-common"]);

/**
 * Installs Debian packages by apt, as root.
 *
 * @throws when apt fails, or would remove something for them: Postfix would take the place of another mail server.
 */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  const install = ["install", "--yes", "--no-install-recommends", ...packages];
  await apt(["update"]);
  const removed = removals(await apt(["--simulate", ...install])).filter((name) => !givesWay.has(name));
  if (removed.length > 0) {
    throw new Error(
      `apt would remove ${removed.join(", ")} for ${packages.join(", ")}: that is left to you.`,
    );
  }
  await apt(install);
}

/** Of what apt says when it simulates. */
const removals = (said: string): readonly string[] =>
  Array.from(said.matchAll(/^(?:Remv|Purg) ([^\s:]+)/gm), ([, name = ""]) => name);

const aptDeadline = 10 * 60_000;
const lockTries = 60;
const lockPause = 5_000;

/** Runs apt-get; while another one holds a lock, waits for it, 5 minutes at most. @returns what it said. */
async function apt(args: readonly string[]): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const { code, output } = await aptOnce(args);
    if (code === 0) return output;
    if (tries >= lockTries || !/Could not get lock|Unable to acquire|Unable to lock/.test(output)) {
      throw new Error(`apt-get ${args.join(" ")} failed (${code ?? "killed"}):\n${output.slice(-4_000)}`);
    }
    await setTimeout(lockPause);
  }
}

function aptOnce(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("apt-get", ["-q", ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: aptDeadline,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (piece: string) => {
        output += piece;
      });
    }
    child.once("error", reject).once("close", (code) => resolve({ code, output }));
  });
}
