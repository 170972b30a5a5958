/**
 * `certmill` in a few files for the tests, which start it hundreds of times: to find and load its thousand modules is half
 * of what a start costs. See docs/decisions/0045-bundle-for-tests.md.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type OutputAsset, type OutputChunk, type Plugin, rolldown } from "rolldown";

const root = join(import.meta.dirname, "../..");
/** Under the workspace: what is not bundled is looked for from there. */
const bundles = join(root, "node_modules/.cache/certmill-bundles");

/** The packages that are many modules; all others are loaded from where they lie, with the files that they look for there. */
const bundledPackages = ["commander", "jose", "kysely", "openid-client", "typebox", "undici"];

/** Milliseconds after which a bundle that no run has taken is of sources of long ago. */
const forgotten = 24 * 3_600_000;

/** Builds the command from the sources as they are now. @returns the path of its program. */
export async function bundleCertmill(): Promise<string> {
  const files = await build();
  const directory = join(bundles, nameOf(files));
  await mkdir(bundles, { recursive: true });
  await removeForgotten();
  const written = await mkdtemp(join(bundles, "new-"));
  try {
    for (const { fileName, text } of files) await writeFile(join(written, fileName), text);
    await rename(written, directory);
  } catch (error) {
    await rm(written, { recursive: true });
    // The same sources make the same files: these are there, maybe in use.
    if (!isTaken(error)) throw error;
    const now = new Date();
    await utimes(directory, now, now);
  }
  return join(directory, "certmill.mjs");
}

interface BundleFile {
  readonly fileName: string;
  readonly text: string | Uint8Array;
}

async function build(): Promise<readonly BundleFile[]> {
  await using bundle = await rolldown({
    cwd: root,
    input: { certmill: "packages/cli/src/certmill.mjs" },
    platform: "node",
    external: isLeftOut,
    plugins: [keepPlaces],
  });
  const { output } = await bundle.generate({
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name]-[hash].mjs",
    sourcemap: true,
    // Errors are told by their names.
    keepNames: true,
    banner: ({ isEntry }) => (isEntry ? "process.setSourceMapsEnabled(true);" : ""),
  });
  return output.map((file) => ({ fileName: file.fileName, text: textOf(file) }));
}

const textOf = (file: OutputChunk | OutputAsset): string | Uint8Array =>
  file.type === "chunk" ? file.code : file.source;

function isLeftOut(specifier: string): boolean {
  const isPackage = /^[a-z@]/.test(specifier) && !specifier.startsWith("@certmill/");
  return isPackage && !bundledPackages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

/** A module goes on to find the files that lie beside it. */
const keepPlaces: Plugin = {
  name: "keep-places",
  transform: {
    filter: { code: /\bimport\.meta\.(?:url|dirname)\b/ },
    handler: (code, id) => ({
      code: code
        .replaceAll(/\bimport\.meta\.url\b/g, JSON.stringify(pathToFileURL(id).href))
        .replaceAll(/\bimport\.meta\.dirname\b/g, JSON.stringify(dirname(id))),
      // Every line stays the line it was.
      map: null,
    }),
  },
};

function nameOf(files: readonly BundleFile[]): string {
  const hash = createHash("sha256");
  for (const { fileName, text } of files) hash.update(`${fileName}\n${text.length}\n`).update(text);
  return hash.digest("hex").slice(0, 16);
}

async function removeForgotten(): Promise<void> {
  for (const name of await readdir(bundles)) {
    const directory = join(bundles, name);
    const { mtimeMs } = await stat(directory);
    if (Date.now() - mtimeMs > forgotten) await rm(directory, { recursive: true, force: true });
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST");
