/**
 * A path of Vault's key-value store, version 2: every entry under it with a certificate and its key, whatever its fields
 * are called. Only the newest version of each is read, and nothing is changed.
 */
import { type CallVault, certificateInTexts, readEntry, type Unusable, urlPath } from "@certmill/stores";
import { badInput } from "../command-error.ts";
import { textAt, textsAt } from "./files.ts";
import { type Found, type FoundCertificate, orUnusable } from "./found.ts";
import { askVault, vaultAccess } from "./vault-access.ts";

/** @param now milliseconds since the epoch. */
export async function* readVault(path: string, now: number): AsyncGenerator<Found> {
  const call = askVault(await vaultAccess(process.env));
  const root = path.replaceAll(/^\/+|\/+$/g, "");
  const mount = await mountOf(call, root);
  for await (const entry of entriesUnder(call, mount, root.slice(mount.length + 1))) {
    const read = await readEntry(call, mount, entry);
    if (read.kind !== "answered" || read.value === null) continue;
    const given = { place: `${mount}/${entry}`, texts: read.value };
    const faults: Unusable[] = [];
    const found = await orUnusable(async () => inTexts(given, faults, now));
    for (const fault of faults) yield fault.item;
    if (found !== null) yield found;
  }
}

/** Null: entries of other kinds lie there, too. */
function inTexts(
  given: { readonly place: string; readonly texts: readonly string[] },
  faults: Unusable[],
  now: number,
): FoundCertificate | null {
  const assembled = certificateInTexts(given, { onFault: (fault) => faults.push(fault), now });
  if (assembled === null) return null;
  const unknown = { name: null, directory: null, accountUrl: null };
  return { kind: "certificate", path: given.place, ...assembled, ...unknown };
}

/** Where the path's store is mounted, as Vault's own command asks for it. */
async function mountOf(call: CallVault, path: string): Promise<string> {
  const found = await get(call, `sys/internal/ui/mounts/${urlPath(path)}`);
  const mount = textAt(found, "data", "path")?.replace(/\/$/, "");
  if (mount === undefined) throw badInput(`There is nothing at ${path} in Vault.`);
  const version = textAt(found, "data", "options", "version");
  if (textAt(found, "data", "type") === "kv" && version === "2") return mount;
  throw badInput(`${mount} in Vault is no key-value store of version 2.`);
}

/** Paths behind the mount, folder by folder; a path that is an entry itself comes by itself. */
async function* entriesUnder(call: CallVault, mount: string, path: string): AsyncGenerator<string> {
  const folders = [path];
  if (path !== "") yield path;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const listed = await get(call, `${mount}/metadata/${urlPath(folder)}?list=true`);
    for (const key of textsAt(listed, "data", "keys").toSorted(byName)) {
      const inside = folder === "" ? key : `${folder}/${key}`;
      if (key.endsWith("/")) folders.push(inside.slice(0, -1));
      else yield inside;
    }
  }
}

/** Null: there is nothing. */
async function get(call: CallVault, path: string): Promise<unknown> {
  const answer = await call({ method: "GET", path });
  return answer.kind === "answered" ? answer.value : null;
}

const byName = (one: string, other: string): number => (one < other ? -1 : 1);
