/**
 * Holds every import of the packages' sources against the import table. Prints one line for each that is
 * against it, and ends with 1 if there is one, or if there was nothing to look at.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { judgeImport, type OriginOf } from "./judge-import.ts";
import { readImports, readIndex } from "./read-imports.ts";

export interface Verdict {
  readonly files: number;
  readonly imports: number;
  /** `packages/server/src/a.ts:12: why`. */
  readonly faults: readonly string[];
}

/** @param root the repository's folder. Tests beside the sources may import anything. */
export function checkImports(root: string): Verdict {
  const files = globSync("packages/*/src/**/*.{ts,tsx}", { cwd: root }).filter(
    (file) => !/\.test\.tsx?$/.test(file),
  );
  const originOf = indexReader(root);
  const faults: string[] = [];
  let imports = 0;
  for (const file of files.sort()) {
    const [, name = "", , ...rest] = file.split("/");
    for (const taken of readImports(file, readFileSync(join(root, file), "utf8"))) {
      imports += 1;
      const fault = judgeImport({ package: name, path: rest.join("/") }, taken, originOf);
      if (fault !== null) faults.push(`${file}:${taken.line}: ${taken.specifier ?? "import(…)"}: ${fault}`);
    }
  }
  if (imports === 0) faults.push("No import was found: the check looks in the wrong place.");
  return { files: files.length, imports, faults };
}

function indexReader(root: string): OriginOf {
  const indexes = new Map<string, ReadonlyMap<string, string>>();
  return (packageName, name) => {
    let index = indexes.get(packageName);
    if (index === undefined) {
      const file = join(root, "packages", packageName, "src/index.ts");
      index = readIndex(file, readFileSync(file, "utf8"));
      indexes.set(packageName, index);
    }
    return index.get(name);
  };
}

if (import.meta.main) {
  const { files, imports, faults } = checkImports(join(import.meta.dirname, "../.."));
  for (const fault of faults) console.log(fault);
  console.log(`${imports} imports of ${files} files, ${faults.length} against the table`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
