/** Where packages of newer suites are unpacked: in the checkout, beside node_modules and out of git like it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const cache = join(import.meta.dirname, "../../.cache/peers");

/** The folder of a package's files (`usr/bin/…`); there is none before it is brought. */
export const folderOfNewer = (name: string): string => join(cache, name);

const refusalFile = (name: string): string => join(cache, `${name}.refusal`);

/** Why a package could not be brought the last time; `null` when it could, or was not tried. */
export function refusalOfNewer(name: string): string | null {
  try {
    return readFileSync(refusalFile(name), "utf8");
  } catch {
    return null;
  }
}

/** Keeps why a package cannot be brought for the tests that miss it, which run in other processes; `null` forgets it. */
export function keepRefusal(name: string, refusal: string | null): void {
  if (refusal === null) {
    rmSync(refusalFile(name), { force: true });
    return;
  }
  mkdirSync(cache, { recursive: true });
  writeFileSync(refusalFile(name), refusal);
}
