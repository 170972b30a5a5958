import { type ComparedFile, type FileState, fileDiff } from "./compare-files.ts";
import type { Setup } from "./setup.ts";

interface Shown {
  readonly setup: Setup;
  /** As it was before anything was written. */
  readonly compared: readonly ComparedFile[];
  readonly applied: boolean;
}

/** What a person reads. */
export function setupText({ setup, compared, applied }: Shown): string {
  const states = applied ? doneWords : planWords;
  const width = Math.max(...Object.values(states).map(({ length }) => length));
  const lines = compared.flatMap((file) => {
    const line = `${states[file.state].padEnd(width)}  ${file.path}`;
    const diff = applied || file.state === "new" ? "" : fileDiff(file);
    return [line, ...indented(diff === "" && !applied && file.state === "new" ? file.content : diff)];
  });
  return `${[
    `Debian's packages for it: apt-get install ${setup.packages.join(" ")}`,
    "",
    ...lines,
    ...setup.secrets.map(
      ({ path, what }) => `${"once".padEnd(width)}  ${path} (${what}, unless it is there)`,
    ),
    "",
    applied
      ? `${setup.proxy} takes its configuration. What is left:`
      : "Nothing was written. With --apply, then:",
    ...setup.next,
  ].join("\n")}\n`;
}

const planWords: Readonly<Record<FileState, string>> = {
  new: "would be new",
  same: "is as it should be",
  older: "would be brought up to date",
  edited: "was CHANGED BY HAND",
};

const doneWords: Readonly<Record<FileState, string>> = {
  new: "written",
  same: "unchanged",
  older: "brought up to date",
  edited: "replaced; yours is FILE.bak",
};

const indented = (text: string): readonly string[] =>
  text === ""
    ? []
    : text
        .trimEnd()
        .split("\n")
        .map((line) => `    ${line}`.trimEnd());

/** What a program reads. */
export const setupJson = ({ setup, compared, applied }: Shown): unknown => ({
  proxy: setup.proxy,
  applied,
  packages: setup.packages,
  files: compared.map((file) => ({ path: file.path, state: file.state, diff: fileDiff(file) })),
  secrets: setup.secrets.map(({ path, what }) => ({ path, what })),
  next: setup.next,
});
