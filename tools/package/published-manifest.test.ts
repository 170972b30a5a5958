import { expect, test } from "vitest";
import { publishedManifest, type WorkspaceManifest } from "./published-manifest.ts";

const workspace: WorkspaceManifest = {
  name: "@certmill/example",
  version: "1.2.3",
  private: true,
  description: "An example.",
  keywords: ["example"],
  license: "Apache-2.0",
  type: "module",
  engines: { node: ">=22.19.0" },
  scripts: { package: "node pack.ts" },
  exports: { ".": "./src/index.ts" },
  sideEffects: false,
  dependencies: { undici: "8.12.4" },
};

test("what is published is the built package, without the workspace's own fields", () => {
  expect(publishedManifest(workspace)).toEqual({
    name: "@certmill/example",
    version: "1.2.3",
    description: "An example.",
    keywords: ["example"],
    license: "Apache-2.0",
    type: "module",
    engines: { node: ">=22.19.0" },
    files: ["dist"],
    exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
    sideEffects: false,
    dependencies: { undici: "^8.12.4" },
  });
});

test.each<[string, Partial<WorkspaceManifest>, RegExp]>([
  ["sources that npm would publish", { private: false }, /must be private/],
  [
    "an entry point that is not built",
    { exports: { ".": "./src/index.ts", "./x": "./src/x.ts" } },
    /one entry/,
  ],
  ["a dependency without an exact version", { dependencies: { undici: "^8.0.0" } }, /exact versions/],
])("refused: %s", (_, change, reason) => {
  expect(() => publishedManifest({ ...workspace, ...change })).toThrow(reason);
});
