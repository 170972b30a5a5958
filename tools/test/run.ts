/**
 * `npm test [-- VITEST ARGUMENTS]`: brings the peers, runs all tests, and ends with the plain line
 * `N passed, N failed`, whatever happens on the way.
 */
import "../require-node.mjs";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { installPeers } from "../peers/install.ts";
import { PeerMissing } from "../peers/peer.ts";
import { bundleCertmill } from "./bundle-certmill.ts";
import { bundleVariable } from "./certmill-program.ts";
import { reportFileVariable } from "./plain-reporter.ts";
import { type Report, type Tally, tally } from "./tally.ts";
import { temporaryFiles } from "./temporary-files.ts";

const root = join(import.meta.dirname, "../..");
/** Hundreds of processes are started from the same sources: each after the first starts in half the time. */
const compiled = join(root, "node_modules/.cache/certmill-compiled");
/** Processes that live for seconds spend a sixth of them on taking memory page by page: large pages, where glibc and Linux have them. */
const largePages = "glibc.malloc.hugetlb=1";
/** A run takes minutes; one that hangs is ended. */
const deadline = 40 * 60_000;

async function runTests(args: readonly string[]): Promise<Tally> {
  try {
    await installPeers();
  } catch (error) {
    if (!(error instanceof PeerMissing)) throw error;
    // Few tests need what only a newer suite has; they fail by themselves and say why.
    if (error.missing.some(({ newer }) => newer === undefined)) {
      return { passed: 0, failed: 1, skipped: 0, faults: [error.message] };
    }
    console.log(error.message);
  }
  await using temporary = await temporaryFiles();
  const file = join(temporary.path, "report.json");
  const code = await runVitest(["--reporter=./tools/test/plain-reporter.ts", ...args], {
    [reportFileVariable]: file,
    TMPDIR: temporary.path,
    [bundleVariable]: await bundleCertmill(),
  });
  return tally(await readReport(file), code);
}

/** Vitest's exit code; `null` when it was killed. */
function runVitest(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number | null> {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vitest, "run", ...args], {
      cwd: root,
      env: {
        GLIBC_TUNABLES: largePages,
        ...process.env,
        NO_COLOR: "1",
        NODE_COMPILE_CACHE: compiled,
        ...env,
      },
      stdio: "inherit",
      timeout: deadline,
    });
    child.once("error", reject).once("close", resolve);
  });
}

async function readReport(file: string): Promise<Report | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as Report);
}

const { passed, failed, skipped, faults } = await runTests(process.argv.slice(2));
for (const fault of faults) console.log(fault);
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
