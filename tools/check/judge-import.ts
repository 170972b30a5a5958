import { posix } from "node:path";
import {
  domainExternals,
  packages,
  processLoader,
  serverFolders,
  serverIslands,
  serverLeaves,
  serverSpecialists,
  sideEntries,
} from "./import-table.ts";
import type { Import } from "./read-imports.ts";

export interface SourceFile {
  /** The folder under `packages/`. */
  readonly package: string;
  /** Relative to the package's `src`, with slashes. */
  readonly path: string;
}

/** The module that a package's index takes a name from; `undefined` for no such export. */
export type OriginOf = (packageName: string, name: string) => string | undefined;

/** Why this import is against the table, or `null`. */
export function judgeImport(file: SourceFile, taken: Import, originOf: OriginOf): string | null {
  const { specifier } = taken;
  if (specifier === null) return "a computed import cannot be checked";
  if (specifier.startsWith(".")) return judgeRelative(file, specifier);
  const ours = ourPackageOf(specifier);
  if (file.package === "server") {
    const fault = judgeSpecialist(file, specifier);
    if (fault !== null) return fault;
  }
  if (ours !== null) return judgeOurs(file, { ...taken, specifier, target: ours }, originOf);
  if (file.package === "domain" && !domainExternals.includes(specifier)) {
    return `domain is pure: it may import ${domainExternals.join(" and ")} only`;
  }
  return null;
}

function judgeRelative(file: SourceFile, specifier: string): string | null {
  const target = posix.join(posix.dirname(file.path), specifier);
  if (target === "../package.json") return null;
  if (target.startsWith("..")) return "a relative import may not leave the package's src";
  return file.package === "server" ? judgeInsideServer(file.path, target) : null;
}

function judgeInsideServer(path: string, target: string): string | null {
  if (serverLeaves.includes(target)) return null;
  if (serverLeaves.includes(path)) return `${path} is a leaf: it may import nothing inside server`;
  if (!path.includes("/")) return null;
  const [from, to] = [folderOf(path), folderOf(target)];
  const allowed = serverFolders[from];
  if (allowed === undefined) return `${path} is in no folder that the import table knows`;
  const island = serverIslands.find((each) => [path, target].every((file) => file.startsWith(`${each}/`)));
  if (island !== undefined) return `files of server/${island} may not import each other`;
  if (from === to || allowed.includes(to)) return null;
  return `server/${from} may import ${allowed.length === 0 ? "no other folder" : allowed.join(", ")}, not ${to}`;
}

function judgeSpecialist(file: SourceFile, specifier: string): string | null {
  const folders = serverSpecialists[specifier];
  if (folders === undefined || folders.includes(folderOf(file.path)) || !file.path.includes("/")) return null;
  return `in server only ${folders.join(", ")} may import ${specifier}`;
}

function judgeOurs(
  file: SourceFile,
  taken: Import & { readonly specifier: string; readonly target: string },
  originOf: OriginOf,
): string | null {
  const { specifier, target, kind, names } = taken;
  const isLoader = file.package === processLoader.package && file.path === processLoader.file;
  if (isLoader && kind === "dynamic" && processLoader.specifiers.some((each) => each === specifier))
    return null;

  const permissions = packages[file.package];
  if (permissions === undefined) return `the import table does not know the package ${file.package}`;
  const allowed = permissions.filter((each) => each.package === target);
  if (allowed.length === 0) return `${file.package} may not import ${target}`;
  if (sideEntries[specifier]?.includes(file.package) === true) return null;
  if (specifier !== `@certmill/${target}`) return `${target} may be imported by its index only`;
  if (allowed.some(({ part }) => part === null)) return null;
  const parts = allowed.map(({ part }) => part).join(" and ");
  if (names === null) return `${file.package} may import only ${target}'s ${parts}: name what you take`;
  const isOf = (name: string): boolean =>
    allowed.some(({ part }) => originOf(target, name)?.startsWith(`./${part}/`) === true);
  const stray = names.find((name) => !isOf(name));
  return stray === undefined ? null : `${file.package} may import only ${target}'s ${parts}, not ${stray}`;
}

/** The folder under `packages/`, or `null` for others' packages. */
function ourPackageOf(specifier: string): string | null {
  if (specifier === "certmill" || specifier.startsWith("certmill/")) return "cli";
  const [scope, name] = specifier.split("/");
  return scope === "@certmill" && name !== undefined ? name : null;
}

const folderOf = (path: string): string => path.split("/", 1)[0] ?? "";
