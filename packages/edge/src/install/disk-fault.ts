/** What is wrong with the disk, by errno, as an operator would say it. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "no file may grow so large here (a full disk, or a limit on file sizes)",
  EROFS: "the file system is read-only",
  EACCES: "this process may not write there",
  EPERM: "this process may not write there",
  ENOTDIR: "a file is in the way where a directory should be",
  EISDIR: "a directory is in the way",
  ENOTEMPTY: "a directory is in the way",
  EEXIST: "something is in the way",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EIO: "the disk fails",
};

/** The sentence for a failed file operation; null: the error is none of the operating system's. */
export function diskFault(error: unknown): string | null {
  if (!(error instanceof Error) || !("syscall" in error)) return null;
  const { code = "", path } = error as NodeJS.ErrnoException;
  const reason = reasons[code] ?? error.message;
  return `${reason}${path === undefined ? "" : `: ${path}`} (${code})`;
}
