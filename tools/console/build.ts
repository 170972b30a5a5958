/** The console's build: what a server serves at /console/. Nothing of it is committed. */
import { spawn } from "node:child_process";
import { globSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const console = join(root, "packages/console");

/** Where the build is. */
export const consoleDirectory = join(console, "dist");

/** What it is made from, the API's contract among it. */
const sources = [
  "packages/console/{src,public}/**/*.*",
  "packages/console/{index.html,vite.config.ts,package.json}",
  "packages/api/src/**/*.ts",
  "package-lock.json",
];

/**
 * Builds the console where the build is missing or older than what it is made from.
 *
 * @returns whether it had to be built.
 * @throws with Vite's words.
 */
export async function buildConsole(): Promise<boolean> {
  if (isFresh()) return false;
  await build();
  return true;
}

function isFresh(): boolean {
  const built = statSync(join(consoleDirectory, "index.html"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const files = globSync(sources, { cwd: root });
  return files.every((file) => statSync(join(root, file)).mtimeMs <= built);
}

function build(): Promise<void> {
  const vite = join(root, "node_modules/vite/bin/vite.js");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vite, "build", "--logLevel", "warn"], {
      cwd: console,
      // Tests name another: React would then bring all that it has for developers.
      env: { ...process.env, NO_COLOR: "1", NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 120_000,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (piece: string) => {
        output += piece;
      });
    }
    child.once("error", reject).once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The console does not build (${code ?? "killed"}):\n${output.slice(-4_000)}`));
    });
  });
}
