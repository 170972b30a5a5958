import { createPrivateKey, X509Certificate } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";

/** The names that an edge's directory has certificates for. */
export async function installedNames(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory).catch(() => []);
  return entries.filter((entry) => !entry.startsWith(".")).toSorted();
}

/** Every name is there once, with a chain for it and the chain's key, and there is nothing else. */
export async function demandInstalled(directory: string, names: readonly string[]): Promise<void> {
  expect(await installedNames(directory)).toEqual(names.toSorted());
  for (const name of names) {
    const leaf = new X509Certificate(await readFile(join(directory, name, "fullchain.pem")));
    const key = createPrivateKey(await readFile(join(directory, name, "privkey.pem")));
    expect(leaf.checkHost(name), name).toBe(name);
    expect(leaf.checkPrivateKey(key), `the key of ${name}`).toBe(true);
  }
  const lineages = await readdir(join(directory, ".versions"));
  expect(lineages).toHaveLength(names.length);
  for (const lineage of lineages) {
    expect(await readdir(join(directory, ".versions", lineage)), `lineage ${lineage}`).toHaveLength(1);
  }
}
