import { onTestFailed } from "vitest";

/** Characters of each: the end is where it stopped. */
const shown = 4_000;

/** If the test at hand fails, prints the last of what these processes wrote. */
export function tellOnFailure(processes: Readonly<Record<string, { output(): string } | undefined>>): void {
  onTestFailed(() => {
    for (const [name, process] of Object.entries(processes)) {
      console.error(`--- the end of ${name}:\n${process?.output().slice(-shown) ?? "(not started)"}`);
    }
  });
}
