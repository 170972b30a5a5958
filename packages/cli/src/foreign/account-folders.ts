/** The accounts of programs that keep each in a folder of its own, below a path that says at which CA it is. */

import { relative } from "node:path";
import { Unusable } from "@certmill/stores";
import { directoryOfPath } from "./directory-url.ts";
import { type Found, type FoundAccount, orUnusable } from "./found.ts";
import { foldersWith } from "./walk.ts";

/** Accounts' URLs, by what certificates know them by; null: not said. */
export type AccountUrls = Map<string, string | null>;

export interface AccountFolders {
  readonly root: string;
  /** Each folder that has it is an account's. */
  readonly file: string;
  /** From an account's path below `root` to its CA's. */
  readonly caPath: (path: string) => string;
  /** @throws Unusable */
  readonly read: (folder: string, directory: string) => Promise<FoundAccount>;
  readonly knownBy: (account: FoundAccount) => string;
  /** Filled on the way. */
  readonly urls: AccountUrls;
}

export async function* readAccountFolders(folders: AccountFolders): AsyncGenerator<Found> {
  const { root, file, caPath, read, knownBy, urls } = folders;
  for await (const folder of foldersWith(root, file)) {
    const found = await orUnusable(() => read(folder, directoryOf(folder, caPath(relative(root, folder)))));
    if (found.kind === "account") urls.set(knownBy(found), found.url);
    yield found;
  }
}

function directoryOf(folder: string, path: string): string {
  const directory = directoryOfPath(path);
  if (directory === null) throw new Unusable(folder, "account-unusable", "It is not said at which CA it is.");
  return directory;
}
