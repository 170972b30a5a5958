import { link, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Delivery } from "../../packages/edge/src/driver/driver.ts";
import { entryOf, lineOf } from "../../packages/edge/src/driver/haproxy/list-entry.ts";
import { crtListPath } from "../../packages/edge/src/driver/haproxy/open-haproxy-driver.ts";

/** Puts a certificate where the agent has it, without its waits for the disk: they are not what is measured. */
export async function storeQuickly(
  directory: string,
  { lineageId, ref, pair }: Delivery,
): Promise<{ readonly path: string }> {
  const path = join(directory, ".versions", lineageId, `${ref.certificateId}-${ref.serial}`, "combined.pem");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${pair.chainPem}${pair.keyPem}`, { mode: 0o600 });
  return { path };
}

/** Leaves the crt-list and the PEM files as a driver does that was given all of them. */
export async function preloadHaproxy(directory: string, all: Iterable<Delivery>): Promise<void> {
  const own = dirname(crtListPath(directory));
  await mkdir(own, { recursive: true });
  const lines: string[] = [];
  for (const delivery of all) {
    const entry = entryOf(own, delivery.lineageId, delivery.names);
    if (entry === null) throw new Error("A certificate without a name was made.");
    const { path } = await storeQuickly(directory, delivery);
    await link(path, entry.path);
    lines.push(` ${lineOf(entry)}\n`);
  }
  await writeFile(crtListPath(directory), lines.join(""));
}
