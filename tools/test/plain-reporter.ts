import { relative } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";

type TestError = NonNullable<ReturnType<TestCase["result"]>["errors"]>[number];

/**
 * One line a file as it ends, and each failure in full below its file. Plain text, for a log as for a
 * terminal. Vitest takes a reporter's default export.
 */
export default class PlainReporter implements Reporter {
  onTestModuleEnd(module: TestModule): void {
    const cases = [...module.children.allTests()];
    const seconds = (module.diagnostic().duration / 1_000).toFixed(1).padStart(5);
    const mark = module.ok() ? "ok  " : "FAIL";
    const file = relative(process.cwd(), module.moduleId);
    console.log(`${mark}  ${seconds} s  ${file} (${cases.length})`);
    printErrors(file, module.errors());
    for (const each of cases) printErrors(`${file} > ${each.fullName}`, each.result().errors ?? []);
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandled: readonly TestError[]): void {
    printErrors("outside any test", unhandled);
  }
}

function printErrors(where: string, errors: readonly TestError[]): void {
  for (const error of errors) {
    const text = [error.stack ?? error.message, error.diff].filter((part) => part !== undefined).join("\n");
    console.log(`\n  ${where}\n${text.replace(/^/gm, "    ")}\n`);
  }
}
