import assert from "node:assert/strict";

/** The package.json of a package that is published, as it stands in the workspace. */
export interface WorkspaceManifest {
  readonly name: string;
  readonly version: string;
  readonly private: boolean;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly type: "module";
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly sideEffects: false;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The package.json that npm gets. */
export type PublishedManifest = Omit<
  WorkspaceManifest,
  "private" | "scripts" | "exports" | "dependencies"
> & {
  readonly files: readonly string[];
  readonly exports: { readonly ".": { readonly types: string; readonly default: string } };
  readonly dependencies: Readonly<Record<string, string>>;
};

/**
 * In the workspace the package is its sources, private so that they are not published by mistake, with exact
 * versions as in all packages here. Published, it is `dist`, and takes any later version that promises to be
 * compatible: an application has one undici then, and its fixes.
 */
export function publishedManifest(workspace: WorkspaceManifest): PublishedManifest {
  const { private: isPrivate, scripts: _, exports, dependencies, ...kept } = workspace;
  assert(isPrivate, `${workspace.name}: the workspace's package.json must be private`);
  assert.deepEqual(exports, { ".": "./src/index.ts" }, "the build knows one entry point");
  return {
    ...kept,
    files: ["dist"],
    exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
    dependencies: Object.fromEntries(
      Object.entries(dependencies).map(([name, version]) => [name, `^${exact(name, version)}`]),
    ),
  };
}

function exact(name: string, version: string): string {
  assert.match(version, /^\d+\.\d+\.\d+$/, `${name}: the workspace pins exact versions`);
  return version;
}
