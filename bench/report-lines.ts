import type { Bar, Report } from "./bench.ts";
import type { Machine } from "./measure/machine.ts";

export interface WholeReport extends Report {
  readonly name: string;
  readonly machine: Machine;
}

/** What a person reads: where and how it was measured, then a line for each figure. */
export function reportLines({ name, machine, versions, conditions, figures }: WholeReport): string[] {
  const programs = Object.entries(versions).map(([program, version]) => `${program} ${version}`);
  return [
    "",
    `${name}, ${new Date().toISOString().slice(0, 10)}`,
    `  machine   ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.kernel}`,
    `  load      ${machine.load.toFixed(1)} when it began (1 minute; what else runs here takes its share)`,
    `  versions  ${programs.join(", ")}`,
    ...conditions.map((condition, index) => `  ${index === 0 ? "measured" : "        "}  ${condition}`),
    "",
    ...table(
      figures.map(({ name: figure, value, bar, meaning }) => [
        figure,
        number(value),
        verdict(value, bar),
        meaning,
      ]),
    ),
    "",
  ];
}

/** A share that must be 0.99 is not 1 at 0.997. */
const number = (value: number): string =>
  value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 10 ? 3 : 2 });

function verdict(value: number, bar: Bar | null): string {
  if (bar === null) return "";
  return `${bar.kind.replace("-", " ")} ${number(bar.value)}: ${isMet(value, bar) ? "met" : "MISSED"}`;
}

function isMet(value: number, bar: Bar): boolean {
  switch (bar.kind) {
    case "under":
      return value < bar.value;
    case "at-most":
      return value <= bar.value;
    case "at-least":
      return value >= bar.value;
  }
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map(
    ([name = "", value = "", bar = "", meaning = ""]) =>
      `  ${name.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)}  ${bar.padEnd(widths[2] ?? 0)}  ${meaning}`,
  );
}
