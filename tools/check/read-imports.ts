import { parseSync, Visitor } from "oxc-parser";

/** One place where a file takes something from another module, in whatever way. */
export interface Import {
  /** As written; `null` for a dynamic import whose module is computed. */
  readonly specifier: string | null;
  readonly kind: "static" | "dynamic" | "type";
  /** The names taken; `null` for the whole module. */
  readonly names: readonly string[] | null;
  /** From 1. */
  readonly line: number;
}

/** All imports of a TypeScript file: `import`, `export … from`, `import()`, and `import("…")` in types. */
export function readImports(file: string, text: string): readonly Import[] {
  const { module, program, errors } = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file} does not parse: ${error.message}`);
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;

  const found: Import[] = [];
  for (const { moduleRequest, entries, start } of module.staticImports) {
    const names = entries.map(({ importName }) => importName.name);
    const kind = entries.length > 0 && entries.every((entry) => entry.isType) ? "type" : "static";
    found.push({ specifier: moduleRequest.value, kind, names: allOrNull(names), line: lineAt(start) });
  }
  for (const { entries, start } of module.staticExports) {
    for (const { moduleRequest, importName, isType } of entries) {
      if (moduleRequest === null) continue;
      const names = allOrNull([importName.name]);
      found.push({
        specifier: moduleRequest.value,
        kind: isType ? "type" : "static",
        names,
        line: lineAt(start),
      });
    }
  }
  new Visitor({
    ImportExpression({ source, start }) {
      const literal = source.type === "Literal" && typeof source.value === "string" ? source.value : null;
      found.push({ specifier: literal, kind: "dynamic", names: null, line: lineAt(start) });
    },
    TSImportType({ source, start }) {
      found.push({ specifier: source.value, kind: "type", names: null, line: lineAt(start) });
    },
  }).visit(program);
  return found;
}

/** The names a package's index exports, each with the module it takes it from (`./time/instant.ts`). */
export function readIndex(file: string, text: string): ReadonlyMap<string, string> {
  const origins = new Map<string, string>();
  for (const { entries } of parseSync(file, text).module.staticExports) {
    for (const { exportName, moduleRequest } of entries) {
      if (exportName.name !== null && moduleRequest !== null)
        origins.set(exportName.name, moduleRequest.value);
    }
  }
  return origins;
}

/** `null` as soon as one of them is (a namespace, a default, a star): then the whole module counts as taken. */
function allOrNull(names: readonly (string | null)[]): readonly string[] | null {
  const known = names.filter((name) => name !== null);
  return known.length === names.length ? known : null;
}
