import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { OneAtATime } from "../flow/one-at-a-time.ts";
import type { CertificateRef } from "../holding/holding.ts";
import type { KeyPair } from "./check-key-pair.ts";
import {
  createDurably,
  createLink,
  linkTarget,
  removeLink,
  replaceLink,
  syncDirectory,
} from "./durable-write.ts";
import type { Layout } from "./layout.ts";
import { SharedSyncs } from "./shared-syncs.ts";

/**
 * The directory that proxies read. Each certificate has a directory of its own, `.versions/<lineage>/<version>/`,
 * which never changes once it is there; for each name a link points to one. A name is switched by replacing
 * its link: chain and key change together, and a reader finds the old or the new, never a mixture.
 * Every operation may be done again after a crash in the middle of it.
 */
export class CertificateDirectory {
  readonly #path: string;
  readonly #layout: Layout;
  readonly #others: readonly Layout[];
  /** A name can move between lineages: looking whose a link is and changing it must not be interrupted. */
  readonly #links = new OneAtATime();
  readonly #syncs = new SharedSyncs();

  /** @param others what an earlier run may have written: see {@link convert}. */
  constructor(path: string, layout: Layout, others: readonly Layout[] = []) {
    this.#path = path;
    this.#layout = layout;
    this.#others = others;
  }

  /** The files of a certificate; null: it is not here, or not whole. */
  async read(lineageId: string, ref: CertificateRef): Promise<KeyPair | null> {
    return await this.#readAs(this.#layout, lineageId, ref);
  }

  async #readAs(layout: Layout, lineageId: string, ref: CertificateRef): Promise<KeyPair | null> {
    const files = new Map<string, string>();
    for (const name of layout.fileNames) {
      const path = join(this.#path, versionPath(lineageId, ref), name);
      const content = await readFile(path, "utf8").catch(nullWhereNone);
      if (content !== null) files.set(name, content);
    }
    return layout.parse(files);
  }

  /**
   * Writes a certificate that lies there in another layout anew in this one, in its place, and removes what else is kept of
   * its lineage.
   *
   * @returns whether there was one.
   */
  async convert(lineageId: string, ref: CertificateRef): Promise<boolean> {
    for (const layout of this.#others) {
      const pair = await this.#readAs(layout, lineageId, ref);
      if (pair === null) continue;
      await this.store(lineageId, ref, { pair, isFirst: false });
      await this.prune(lineageId, [ref]);
      return true;
    }
    return false;
  }

  /** The same at once, of what was just written: the system has it in memory, and a promise for each step costs more than the step. */
  readNow(lineageId: string, ref: CertificateRef): KeyPair | null {
    const files = new Map<string, string>();
    for (const name of this.#layout.fileNames) {
      try {
        files.set(name, readFileSync(join(this.#path, versionPath(lineageId, ref), name), "utf8"));
      } catch (error) {
        nullWhereNone(error as NodeJS.ErrnoException);
      }
    }
    return this.#layout.parse(files);
  }

  /**
   * Writes a certificate beside the others of its lineage; no link points to it yet.
   *
   * @param isFirst whether the lineage has no directory yet.
   */
  async store(
    lineageId: string,
    ref: CertificateRef,
    { pair, isFirst }: { readonly pair: KeyPair; readonly isFirst: boolean },
  ): Promise<void> {
    const lineage = join(this.#path, ".versions", lineageId);
    const version = join(this.#path, versionPath(lineageId, ref));
    const unfinished = join(lineage, `.${versionOf(ref)}.new`);
    if (!isFirst) await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true, mode: 0o755 });
    for (const { name, content, mode } of this.#layout.files(pair)) {
      await createDurably(join(unfinished, name), content, mode);
    }
    await syncDirectory(unfinished);
    if (!isFirst) await rm(version, { recursive: true, force: true });
    await rename(unfinished, version);
    await syncDirectory(lineage);
    await this.#syncs.sync(join(this.#path, ".versions"));
  }

  /** Points the names to a stored certificate; names the lineage had before and has no more lose their links. */
  async link(
    lineageId: string,
    ref: CertificateRef,
    { names, before }: { readonly names: readonly string[]; readonly before: readonly string[] },
  ): Promise<void> {
    const target = this.#target(lineageId, ref);
    const gone = before.filter((name) => !names.includes(name));
    await this.#links.run(async () => {
      for (const name of names) {
        const path = this.#linkPath(name);
        if (before.length === 0) await createLink(path, target);
        else if ((await linkTarget(path)) !== target) await replaceLink(path, target);
      }
      await this.#unlink(lineageId, gone);
    });
    await this.#syncs.sync(this.#path);
  }

  /** Whether every name's link points to the certificate. */
  async isLinked(lineageId: string, ref: CertificateRef, names: readonly string[]): Promise<boolean> {
    for (const name of names) {
      if ((await linkTarget(this.#linkPath(name))) !== this.#target(lineageId, ref)) return false;
    }
    return (await this.read(lineageId, ref)) !== null;
  }

  /** Takes the links of a lineage away; a link that is another lineage's by now stays. */
  async unlink(lineageId: string, names: readonly string[]): Promise<void> {
    await this.#links.run(async () => {
      await this.#unlink(lineageId, names);
    });
    await this.#syncs.sync(this.#path);
  }

  /**
   * Removes all of a lineage's certificates but those given.
   *
   * @returns whether the lineage has a directory.
   */
  async prune(lineageId: string, keep: readonly CertificateRef[]): Promise<boolean> {
    const lineage = join(this.#path, ".versions", lineageId);
    const kept = new Set(keep.map(versionOf));
    const found = await entries(lineage);
    for (const entry of found ?? []) {
      if (!kept.has(entry)) await rm(join(lineage, entry), { recursive: true, force: true });
    }
    if (keep.length > 0) return found !== null;
    await rm(lineage, { recursive: true, force: true });
    return false;
  }

  /** Removes what belongs to lineages that are not `known`: left by a run whose state was lost. */
  async sweep(known: { has(lineageId: string): boolean }): Promise<void> {
    const stored = (await entries(join(this.#path, ".versions"))) ?? [];
    const stray = stored.filter((lineageId) => !known.has(lineageId));
    if (stray.length === 0) return;
    await this.#links.run(async () => {
      for (const entry of (await entries(this.#path)) ?? []) {
        const target = await linkTarget(join(this.#path, entry));
        if (stray.some((lineageId) => isWithin(target, lineageId))) await rm(join(this.#path, entry));
      }
      await syncDirectory(this.#path);
    });
    for (const lineageId of stray) await this.prune(lineageId, []);
  }

  async #unlink(lineageId: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const path = this.#linkPath(name);
      if (isWithin(await linkTarget(path), lineageId)) await removeLink(path);
    }
  }

  #linkPath(name: string): string {
    return join(this.#path, this.#layout.linkName(name));
  }

  /** Relative, so that the directory can be mounted elsewhere. */
  #target(lineageId: string, ref: CertificateRef): string {
    return join(versionPath(lineageId, ref), this.#layout.linked);
  }
}

const versionOf = ({ certificateId, serial }: CertificateRef): string => `${certificateId}-${serial}`;

const versionPath = (lineageId: string, ref: CertificateRef): string =>
  join(".versions", lineageId, versionOf(ref));

const isWithin = (target: string | null, lineageId: string): boolean =>
  target?.startsWith(join(".versions", lineageId, "/")) ?? false;

function nullWhereNone(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

/** Null: there is no such directory. */
async function entries(directory: string): Promise<readonly string[] | null> {
  return await readdir(directory).catch(nullWhereNone);
}
