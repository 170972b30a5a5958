/**
 * `npm run check`: everything that can be said of the code without running it, side by side. One line per
 * check with its time, then what the failing ones wrote; ends with 1 if there is one.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import "../require-node.mjs";

interface Check {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
}

interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

const node = process.execPath;
/** Each checker looks at what files share anew: with the usual four, all of it is done four times. */
const tsc = ["tsc", "--checkers", "2", "-p"] as const;

const checks: readonly Check[] = [
  { name: "types", command: [...tsc, "tsconfig.json"] },
  { name: "types of the pure core", command: [...tsc, "packages/domain/tsconfig.json"] },
  { name: "types of the console", command: [...tsc, "packages/console/tsconfig.json"] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings", "."] },
  { name: "format", command: ["biome", "ci", "--colors=off", "."] },
  { name: "dead code", command: ["knip", "--no-progress"] },
  { name: "imports", command: [node, "tools/check/imports.ts"] },
  { name: "generated reference", command: [node, "tools/reference/write.ts", "--check"] },
  { name: "conformance", command: [node, "tools/conformance/write.ts", "--check", "--strict"] },
];

const root = join(import.meta.dirname, "../..");
const deadline = 5 * 60_000;

async function runCheck({ name, command }: Check): Promise<Outcome> {
  const [program, ...args] = command;
  const started = performance.now();
  const { code, output } = await run(program, args);
  return { name, passed: code === 0, seconds: (performance.now() - started) / 1_000, output };
}

/** `code` is `null` for a program that was killed, or could not be started. */
function run(program: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const path = `${join(root, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`;
  // tsc and oxlint's type checker are written in Go, and end before their garbage matters.
  const env = { GOGC: "400", ...process.env, PATH: path, NO_COLOR: "1" };
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env,
      timeout: deadline,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (piece: string) => {
        output += piece;
      });
    }
    child.once("error", (error) => resolve({ code: null, output: `${program}: ${error.message}` }));
    child.once("close", (code) => resolve({ code, output }));
  });
}

const outcomes = await Promise.all(
  checks.map(async (check) => {
    const outcome = await runCheck(check);
    console.log(
      `${outcome.passed ? "ok  " : "FAIL"}  ${outcome.seconds.toFixed(1).padStart(5)} s  ${outcome.name}`,
    );
    return outcome;
  }),
);

const failed = outcomes.filter((outcome) => !outcome.passed);
for (const { name, output } of failed) console.log(`\n── ${name} ──\n${output.trim()}`);
console.log(`\n${outcomes.length - failed.length} checks passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
