import { execFile } from "node:child_process";
import { cp, mkdir, mkdtempDisposable, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { rollUpDeclarations } from "./roll-up-declarations.ts";

const run = promisify(execFile);

export const root = join(import.meta.dirname, "../..");
/** The package that is published. */
export const library = join(root, "packages/acme");

const compiler = join(root, "node_modules/typescript/bin/tsc");
const compilerDeadline = 120_000;

/** Writes the library's modules, for the oldest Node it promises to run on, and `index.d.ts` into a folder. */
export async function buildLibrary(target: string): Promise<void> {
  await using work = await workFolder();
  await compile(work.path);
  await cp(work.path, target, { recursive: true, filter: (path) => !path.endsWith(".d.ts") });
  rollUp(work.path, join(target, "index.d.ts"));
}

/** The text of the library's `index.d.ts`. */
export async function libraryDeclarations(): Promise<string> {
  await using work = await workFolder();
  await compile(work.path, "--emitDeclarationOnly");
  const target = join(work.path, "rolled-up.d.ts");
  rollUp(work.path, target);
  return readFile(target, "utf8");
}

/** A temporary folder that finds the workspace's packages. */
export async function workFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const cache = join(root, ".cache");
  await mkdir(cache, { recursive: true });
  return mkdtempDisposable(join(cache, "package-"));
}

/** @throws with the compiler's words. */
async function compile(target: string, ...options: readonly string[]): Promise<void> {
  const args = [compiler, "-p", join(library, "tsconfig.build.json"), "--outDir", target, ...options];
  try {
    await run(process.execPath, args, { timeout: compilerDeadline });
  } catch (cause) {
    const { stdout } = cause as { readonly stdout?: string };
    throw new Error(`${library} does not compile:\n${stdout ?? ""}`, { cause });
  }
}

function rollUp(directory: string, target: string): void {
  const manifest = join(library, "package.json");
  rollUpDeclarations({ directory, entry: join(directory, "index.d.ts"), target, manifest });
}
