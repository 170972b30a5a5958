/**
 * Where this machine's own apt sources say that Debian's main archive is, in both forms they are written in
 * (sources.list(5)): one line for each source, or stanzas of fields in `.sources` files.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface DebianArchive {
  /** As written: a URL, or one of apt's own schemes. */
  readonly uri: string;
  /** The fields of a stanza that say what to trust, as they are written there, inline keys included. */
  readonly trust: ReadonlyMap<string, string>;
}

export interface SourcesFile {
  readonly name: string;
  readonly text: string;
}

interface Source {
  readonly types: readonly string[];
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly trust: ReadonlyMap<string, string>;
}

/** Fields of a stanza, each with the option of a line that says the same. */
const trustFields: Readonly<Record<string, string>> = {
  "Signed-By": "signed-by",
  Trusted: "trusted",
  "Check-Valid-Until": "check-valid-until",
};

/** What a suite is called by its role instead of its codename. */
const roles = ["oldoldstable", "oldstable", "stable", "testing", "unstable", "sid"];

/**
 * The archives that hold the component `main` of the suite `codename` itself, under that or one of Debian's own names
 * for it (its updates and fixes are other suites). Debian's by their address come before those of others who name
 * their suites after Debian's.
 */
export function debianArchives(files: readonly SourcesFile[], codename: string): readonly DebianArchive[] {
  const names = new Set([codename, ...roles]);
  const sources = files.flatMap(({ name, text }) =>
    name.endsWith(".sources") ? readStanzas(text) : readLines(text),
  );
  const archives = sources
    .filter(
      ({ types, suites, components }) =>
        types.includes("deb") && suites.some((suite) => names.has(suite)) && components.includes("main"),
    )
    .flatMap(({ uris, trust }) => uris.map((uri) => ({ uri, trust })))
    .filter(({ uri }) => !uri.startsWith("cdrom:"));
  return [...archives.filter(isDebians), ...archives.filter((archive) => !isDebians(archive))];
}

const isDebians = ({ uri }: DebianArchive): boolean => /\bdebian[^/]*\/?$/.test(uri);

/** The files that apt reads, in its order; those that cannot be read are left out. */
export async function readSources(directory = "/etc/apt"): Promise<readonly SourcesFile[]> {
  const parts = await readdir(join(directory, "sources.list.d")).catch(() => []);
  const names = parts.filter((name) => /\.(list|sources)$/.test(name)).sort();
  const paths = ["sources.list", ...names.map((name) => join("sources.list.d", name))];
  const files = paths.map(async (name) => {
    const text = await readFile(join(directory, name), "utf8").catch(() => "");
    return { name, text };
  });
  return Promise.all(files);
}

/** `deb [option=value …] URI SUITE COMPONENT …`, one a line; lists inside a value are separated by commas. */
function readLines(text: string): readonly Source[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (match === null) return [];
    const [, type = "", written = "", uri = "", suite = "", components = ""] = match;
    const options = new Map(words(written).map((option) => splitOnce(option, "=")));
    const trust = Object.entries(trustFields).flatMap(([field, option]) => {
      const value = options.get(option);
      return value === undefined ? [] : ([[field, ` ${value.replaceAll(",", " ")}`]] as const);
    });
    const where = { types: [type], uris: [uri], suites: [suite], components: words(components) };
    return [{ ...where, trust: new Map(trust) }];
  });
}

/** Stanzas of `Field: value`, divided by empty lines; a line that begins with white space goes on with the value. */
function readStanzas(text: string): readonly Source[] {
  const bare = text.replaceAll(/^#.*\n?/gm, "");
  return bare.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = readFields(stanza);
    const list = (field: string) => words(fields.get(field.toLowerCase()) ?? "");
    if (/^(no|false|off|0)$/i.test(list("Enabled")[0] ?? "")) return [];
    const trust = Object.keys(trustFields).flatMap((field) => {
      const value = fields.get(field.toLowerCase());
      return value === undefined ? [] : ([[field, value]] as const);
    });
    const where = { types: list("Types"), uris: list("URIs"), suites: list("Suites") };
    return [{ ...where, components: list("Components"), trust: new Map(trust) }];
  });
}

/** By the fields' names in lower case; a value is all that follows the colon, further lines included. */
function readFields(stanza: string): ReadonlyMap<string, string> {
  const lines = stanza.split(/\n(?=\S)/).filter((line) => line.includes(":"));
  const fields = lines.map((line) => {
    const [name, value] = splitOnce(line, ":");
    return [name.trim().toLowerCase(), value] as const;
  });
  return new Map(fields);
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

function splitOnce(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}
