// Plain JavaScript: it is what finds TypeScript that is JavaScript already.
import { existsSync, lstatSync, mkdirSync } from "node:fs";
import nodeModule from "node:module";
import { join } from "node:path";

/** Milliseconds after which everything that a start needs is loaded. */
const started = 10_000;

/**
 * Where that is kept; an operator's own choice goes before ours. Null: there is no place that is private.
 *
 * @param {Readonly<Record<string, string | undefined>>} [environment]
 * @returns {string | null}
 */
export function compiledDirectory(environment = process.env) {
  const { NODE_COMPILE_CACHE: chosen } = environment;
  if (chosen !== undefined) return chosen;
  const place = placeIn(environment);
  if (place === null || !existsSync(place.base)) return null;
  const directory = join(place.base, ...place.below);
  return isPrivate(directory) ? directory : null;
}

/**
 * Has Node keep what it makes of our sources, and find it at the next start: stripping the types takes a second, and
 * 25 MB for as long as the process lives. Code is run out of that directory, so it is a private one, never the temporary
 * directory that Node would take. Without one, all goes on as it would have.
 */
export function keepCompiled() {
  const directory = compiledDirectory();
  if (directory === null) return;
  nodeModule.enableCompileCache(directory);
  // Else it would be written at the end of the process, and one that is killed has none.
  setTimeout(nodeModule.flushCompileCache, started).unref();
}

/**
 * A directory that is somebody else's to make, and what is made in it: systemd's for the unit first; a service without a home may
 * have no other.
 *
 * @param {Readonly<Record<string, string | undefined>>} environment
 */
function placeIn({ CACHE_DIRECTORY: unit, XDG_CACHE_HOME: cache, HOME: home }) {
  const [first = ""] = unit?.split(":") ?? [];
  if (first !== "") return { base: first, below: ["compiled"] };
  if (cache?.startsWith("/") === true) return { base: cache, below: ["certmill", "compiled"] };
  return home?.startsWith("/") === true ? { base: home, below: [".cache", "certmill", "compiled"] } : null;
}

/** @param {string} directory */
function isPrivate(directory) {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const found = lstatSync(directory);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
