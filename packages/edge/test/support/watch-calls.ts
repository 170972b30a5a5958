import fs from "node:fs";
import promises, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** Decides over the life of whoever makes a call. */
export interface Fate {
  /** Asked before each call, with its number. */
  isLast(): boolean;
  /** Told of every file that is opened, and how to close it. */
  opened(file: FileHandle | number): void;
  /** Whether a file that was opened by number is still the caller's to close: the number may be another's by now. */
  mayClose(file: number): boolean;
  /** Ends the caller; its promise is never kept. */
  end(): Promise<never>;
  /** Ends the caller, who waits for no promise: by what it throws, where it is not the whole process. */
  endNow(): never;
}

/**
 * Puts every file operation that changes something and every request of this process under a fate. One that ends at a write has half of
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
    const original = promises[name] as (...args: unknown[]) => Promise<unknown>;
    const watched = async (...args: unknown[]) => {
      await pass();
      const result = await original(...args);
      if (name === "open") {
        fateOfCaller()?.opened(result as FileHandle);
        watchHandle(result as FileHandle, fateOfCaller);
      }
      return result;
    };
    Object.assign(promises, { [name]: watched });
  }
  watchImmediateCalls(fateOfCaller);
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

/** Those that are done when they return, and the wait for the disk after them. */
function watchImmediateCalls(fateOfCaller: () => Fate | null): void {
  const pass = (): void => {
    const fate = fateOfCaller();
    if (fate?.isLast() === true) fate.endNow();
  };
  for (const name of ["mkdirSync", "openSync", "renameSync", "rmSync", "symlinkSync"] as const) {
    const original = fs[name] as (...args: unknown[]) => unknown;
    const watched = (...args: unknown[]) => {
      pass();
      const result = original(...args);
      if (name === "openSync") fateOfCaller()?.opened(result as number);
      return result;
    };
    Object.assign(fs, { [name]: watched });
  }
  const { writeFileSync, closeSync, fsync } = fs;
  Object.assign(fs, {
    writeFileSync(file: number | string, content: string, ...rest: never[]) {
      const fate = fateOfCaller();
      if (fate?.isLast() === true) {
        writeFileSync(file, content.slice(0, content.length / 2), ...rest);
        fate.endNow();
      }
      writeFileSync(file, content, ...rest);
    },
    closeSync(file: number) {
      if (fateOfCaller()?.mayClose(file) !== false) closeSync(file);
    },
    fsync(file: number, done: (error: Error | null) => void) {
      const fate = fateOfCaller();
      if (fate?.isLast() === true) void fate.end();
      else fsync(file, done);
    },
  });
}
