import fs, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** Decides over the life of whoever makes a call. */
export interface Fate {
  /** Asked before each call, with its number. */
  isLast(): boolean;
  /** Told of every file that is opened. */
  opened(handle: FileHandle): void;
  /** Ends the caller; its promise is never kept. */
  end(): Promise<never>;
}

/**
 * Puts every file operation and request of this process under a fate. One that ends at a write has half of
 * it written by then; a request is asked for when it goes out and again when its answer is there, so that it
 * can be lost either way.
 *
 * @param fateOfCaller null: the caller is let alone.
 */
export function watchCalls(fateOfCaller: () => Fate | null): void {
  const pass = async (): Promise<void> => {
    const fate = fateOfCaller();
    if (fate?.isLast() === true) await fate.end();
  };
  for (const name of [
    "mkdir",
    "open",
    "readdir",
    "readFile",
    "readlink",
    "rename",
    "rm",
    "symlink",
  ] as const) {
    const original = fs[name] as (...args: unknown[]) => Promise<unknown>;
    const watched = async (...args: unknown[]) => {
      await pass();
      const result = await original(...args);
      if (name === "open") {
        fateOfCaller()?.opened(result as FileHandle);
        watchHandle(result as FileHandle, fateOfCaller);
      }
      return result;
    };
    Object.assign(fs, { [name]: watched });
  }
  syncBuiltinESMExports();

  const { fetch } = globalThis;
  globalThis.fetch = async (...args) => {
    await pass();
    const response = await fetch(...args);
    await pass();
    return response;
  };
}

function watchHandle(handle: FileHandle, fateOfCaller: () => Fate | null): void {
  const writeFile = handle.writeFile.bind(handle);
  const sync = handle.sync.bind(handle);
  Object.assign(handle, {
    async writeFile(content: string) {
      const fate = fateOfCaller();
      if (fate?.isLast() === true) {
        await writeFile(content.slice(0, content.length / 2));
        await fate.end();
      }
      await writeFile(content);
    },
    async sync() {
      const fate = fateOfCaller();
      if (fate?.isLast() === true) await fate.end();
      await sync();
    },
  });
}
