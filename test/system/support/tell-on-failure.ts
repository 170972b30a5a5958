import { onTestFailed } from "vitest";

/** Characters of each: the end is where it stopped. */
const shown = 4_000;

/**
 * If the test at hand fails, prints the last of what these processes wrote.
 *
 * @param whenFailed of the test's own context, where tests run at the same time: only that tells them apart.
 */
export function tellOnFailure(
  processes: Readonly<Record<string, { output(): string } | undefined>>,
  whenFailed: (tell: () => void) => void = onTestFailed,
): void {
  whenFailed(() => {
    for (const [name, process] of Object.entries(processes)) {
      console.error(`--- the end of ${name}:\n${process?.output().slice(-shown) ?? "(not started)"}`);
    }
  });
}
