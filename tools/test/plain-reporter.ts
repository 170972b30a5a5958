import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import type { Report } from "./tally.ts";

type UserConsoleLog = Parameters<NonNullable<Reporter["onUserConsoleLog"]>>[0];
type TestError = NonNullable<ReturnType<TestCase["result"]>["errors"]>[number];

/** Names the file for the run's `Report`. Not `CERTMILL_…`: servers started by tests refuse what is no setting. */
export const reportFileVariable = "PLAIN_REPORT_FILE";

/**
 * One line a file as it ends, each failure in full below it, and what tests print: plain text, for a log as for a terminal.
 * At the end the counts go to a file. Vitest takes a reporter's default export.
 */
export default class PlainReporter implements Reporter {
  onTestModuleEnd(module: TestModule): void {
    const tests = [...module.children.allTests()];
    const seconds = (module.diagnostic().duration / 1_000).toFixed(1).padStart(5);
    const file = nameOf(module);
    console.log(`${module.ok() ? "ok  " : "FAIL"}  ${seconds} s  ${file} (${tests.length})`);
    printErrors(file, module.errors());
    for (const suite of module.children.allSuites())
      printErrors(`${file} > ${suite.fullName}`, suite.errors());
    for (const each of tests) printErrors(`${file} > ${each.fullName}`, each.result().errors ?? []);
  }

  /** The last words of a failed test's processes are printed. */
  onUserConsoleLog({ content }: UserConsoleLog): void {
    console.log(content.trimEnd());
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly TestError[]): void {
    printErrors("outside any test", unhandled);
    const file = process.env[reportFileVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(reportOf(modules)));
  }
}

function reportOf(modules: readonly TestModule[]): Report {
  const count = (state: string) =>
    modules.reduce(
      (sum, module) =>
        sum + [...module.children.allTests()].filter((each) => each.result().state === state).length,
      0,
    );
  const broken = modules.filter((module) => !module.ok() && !someTestFailed(module));
  return {
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("skipped"),
    brokenFiles: broken.map(nameOf),
  };
}

const someTestFailed = (module: TestModule) => !module.children.allTests("failed").next().done;

const nameOf = (module: TestModule) => relative(process.cwd(), module.moduleId);

function printErrors(where: string, errors: readonly TestError[]): void {
  for (const error of errors) {
    const text = [withoutForeignFrames(error.stack ?? error.message), error.diff]
      .filter((part) => part !== undefined)
      .join("\n");
    console.log(`\n  ${where}\n${text.replace(/^/gm, "    ")}\n`);
  }
}

function withoutForeignFrames(stack: string): string {
  const isForeign = (line: string) => /^\s+at .*(node_modules|node:internal|<anonymous>)/.test(line);
  return stack
    .split("\n")
    .filter((line) => !isForeign(line))
    .join("\n");
}
