/**
 * A path of Vault's key-value store, version 2: every entry under it with a certificate and its key, whatever its fields
 * are called. Only the newest version of each is read, and nothing is changed.
 */
import { badInput } from "../command-error.ts";
import { assemble } from "./assemble.ts";
import { textAt } from "./files.ts";
import { type Found, orUnusable, Unusable } from "./found.ts";
import { readMaterial } from "./material.ts";
import { getFromVault, type VaultAccess, vaultAccess } from "./vault-access.ts";

/** @param now milliseconds since the epoch. */
export async function* readVault(path: string, now: number): AsyncGenerator<Found> {
  const access = await vaultAccess(process.env);
  const root = path.replaceAll(/^\/+|\/+$/g, "");
  const mount = await mountOf(access, root);
  for await (const entry of entriesUnder(access, mount, root.slice(mount.length + 1))) {
    const texts = await textsOf(access, `${mount}/data/${urlPath(entry)}`);
    if (texts === null) continue;
    const place = `${mount}/${entry}`;
    const { certificates, keys, faults } = readMaterial(Buffer.from(texts.join("\n")), place);
    for (const fault of faults) yield fault.item;
    // Entries of other kinds lie there, too.
    const leaf = certificates.find((certificate) => !certificate.ca);
    if (leaf === undefined && keys.length === 0) continue;
    yield await orUnusable(async () => {
      if (leaf === undefined) throw new Unusable(place, "no-certificate", "There is no certificate in it.");
      const others = certificates.filter((certificate) => certificate !== leaf);
      return assemble(
        { path: place, leaf, others, keys, name: null, directory: null, accountUrl: null },
        now,
      );
    });
  }
}

/** Where the path's store is mounted, as Vault's own command asks for it. */
async function mountOf(access: VaultAccess, path: string): Promise<string> {
  const found = await getFromVault(access, `sys/internal/ui/mounts/${urlPath(path)}`);
  const mount = textAt(found, "data", "path")?.replace(/\/$/, "");
  if (mount === undefined) throw badInput(`There is nothing at ${path} in Vault.`);
  const version = textAt(found, "data", "options", "version");
  if (textAt(found, "data", "type") === "kv" && version === "2") return mount;
  throw badInput(`${mount} in Vault is no key-value store of version 2.`);
}

/** Paths behind the mount, folder by folder; a path that is an entry itself comes by itself. */
async function* entriesUnder(access: VaultAccess, mount: string, path: string): AsyncGenerator<string> {
  const folders = [path];
  if (path !== "") yield path;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const listed = await getFromVault(access, `${mount}/metadata/${urlPath(folder)}?list=true`);
    const keys = (listed as { readonly data?: { readonly keys?: unknown } } | null)?.data?.keys;
    for (const key of Array.isArray(keys) ? keys.map(String).toSorted(byName) : []) {
      const inside = folder === "" ? key : `${folder}/${key}`;
      if (key.endsWith("/")) folders.push(inside.slice(0, -1));
      else yield inside;
    }
  }
}

const byName = (one: string, other: string): number => (one < other ? -1 : 1);

/** Null: there is no entry, or its newest version was deleted. */
async function textsOf(access: VaultAccess, path: string): Promise<readonly string[] | null> {
  const body = (await getFromVault(access, path)) as { readonly data?: { readonly data?: object } } | null;
  const values = Object.values(body?.data?.data ?? {});
  return values.filter((value): value is string => typeof value === "string");
}

const urlPath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
