/**
 * `npm run package -w @certmill/acme [FOLDER]`: builds the library and packs what `npm publish` takes, by
 * default into dist/. npm publishes a folder as its package.json stands, and in the workspace that points at
 * the sources: so it is a staged folder that is packed.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { buildLibrary, library, root, workFolder } from "./build.ts";
import { publishedManifest, type WorkspaceManifest } from "./published-manifest.ts";

const run = promisify(execFile);

const packDeadline = 60_000;

/** @returns the tarball's path. */
export async function packLibrary(target: string): Promise<string> {
  await using stage = await workFolder();
  await buildLibrary(join(stage.path, "dist"));
  const manifest = publishedManifest(await readManifest());
  await writeFile(join(stage.path, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await cp(join(library, "README.md"), join(stage.path, "README.md"));
  await cp(join(root, "LICENSE"), join(stage.path, "LICENSE"));

  await mkdir(target, { recursive: true });
  const { stdout } = await run(
    "npm",
    ["pack", "--silent", "--ignore-scripts", "--pack-destination", target],
    {
      cwd: stage.path,
      env: npmEnvironment(),
      timeout: packDeadline,
    },
  );
  return join(target, stdout.trim());
}

/** The library's package.json in the workspace. */
export async function readManifest(): Promise<WorkspaceManifest> {
  return JSON.parse(await readFile(join(library, "package.json"), "utf8"));
}

/** npm run by the Node that runs this; an older one on PATH makes it choose other packages. */
export function npmEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
}

if (import.meta.main) {
  const [folder = join(root, "dist")] = process.argv.slice(2);
  console.log(`Written: ${await packLibrary(resolve(process.env["INIT_CWD"] ?? "", folder))}`);
}
