import { CommandError } from "./command-error.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is not a directory",
  EISDIR: "it is a directory",
  EACCES: "you may not",
  EPERM: "you may not",
  EEXIST: "it exists already",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
};

/** The file system's no as a sentence: "The root file x.pem cannot be read: there is no such file (ENOENT)." */
export function fileFault(file: string, verb: "read" | "written", error: unknown): CommandError {
  const code = codeOf(error);
  const reason = reasons[code] ?? (error instanceof Error ? error.message : String(error));
  return new CommandError(
    "file-unusable",
    `${file} cannot be ${verb}: ${reason}${code === "" ? "" : ` (${code})`}.`,
    { ending: "usage", cause: error },
  );
}

/** Node's error code, "" where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
