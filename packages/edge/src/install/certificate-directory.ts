import { closeSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CertificateRef } from "../holding/holding.ts";
import type { KeyPair } from "./check-key-pair.ts";
import { createFile } from "./durable-write.ts";
import { GroupSync } from "./group-sync.ts";
import type { Layout } from "./layout.ts";
import { createLink, linkTarget, removeLink, replaceLink } from "./links.ts";

/**
 * The directory that proxies read. Each certificate has a directory of its own, `.versions/<lineage>/<version>/`,
 * which never changes once it is there; for each name a link points to one. A name is switched by replacing
 * its link: chain and key change together, and a reader finds the old or the new, never a mixture.
 * Every operation may be done again after a crash in the middle of it.
 *
 * What changes names or memory is done at once; the disk is waited for, by all who change something together.
 */
export class CertificateDirectory {
  readonly #path: string;
  readonly #layout: Layout;
  readonly #others: readonly Layout[];
  readonly #syncs = new GroupSync();

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
      this.prune(lineageId, [ref]);
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
    if (!isFirst) rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true, mode: 0o700 });
    await this.#fill(unfinished, pair);
    if (!isFirst) rmSync(version, { recursive: true, force: true });
    renameSync(unfinished, version);
    await this.#syncs.sync(lineage, join(this.#path, ".versions"));
  }

  async #fill(directory: string, pair: KeyPair): Promise<void> {
    const files: number[] = [];
    try {
      for (const { name, content, mode } of this.#layout.files(pair))
        files.push(createFile(join(directory, name), content, mode));
      await this.#syncs.sync(...files, directory);
    } finally {
      for (const file of files) closeSync(file);
    }
  }

  /** Points the names to a stored certificate; names the lineage had before and has no more lose their links. */
  async link(
    lineageId: string,
    ref: CertificateRef,
    { names, before }: { readonly names: readonly string[]; readonly before: readonly string[] },
  ): Promise<void> {
    const target = this.#target(lineageId, ref);
    const gone = before.filter((name) => !names.includes(name));
    for (const name of names) {
      const path = this.#linkPath(name);
      if (before.length === 0) createLink(path, target);
      else if (linkTarget(path) !== target) replaceLink(path, target);
    }
    this.#unlink(lineageId, gone);
    await this.#syncs.sync(this.#path);
  }

  /** Whether every name's link points to the certificate. */
  async isLinked(lineageId: string, ref: CertificateRef, names: readonly string[]): Promise<boolean> {
    for (const name of names) {
      if (linkTarget(this.#linkPath(name)) !== this.#target(lineageId, ref)) return false;
    }
    return (await this.read(lineageId, ref)) !== null;
  }

  /** Takes the links of a lineage away; a link that is another lineage's by now stays. */
  async unlink(lineageId: string, names: readonly string[]): Promise<void> {
    this.#unlink(lineageId, names);
    await this.#syncs.sync(this.#path);
  }

  /**
   * Removes all of a lineage's certificates but those given, and those that a link points to: a crash midway in {@link link} leaves
   * names with the certificate before.
   *
   * @returns whether the lineage has a directory.
   */
  prune(lineageId: string, keep: readonly CertificateRef[], names: readonly string[] = []): boolean {
    const lineage = join(this.#path, ".versions", lineageId);
    if (!existsSync(lineage)) return false;
    const kept = new Set(keep.map(versionOf));
    const others = readdirSync(lineage).filter((entry) => !kept.has(entry));
    const targets = others.length === 0 ? [] : names.map((name) => linkTarget(this.#linkPath(name)));
    for (const entry of others) {
      const isLinked = targets.some((target) => isWithin(target, join(lineageId, entry)));
      if (!isLinked) rmSync(join(lineage, entry), { recursive: true, force: true });
    }
    if (keep.length > 0) return true;
    rmSync(lineage, { recursive: true, force: true });
    return false;
  }

  /** Removes what belongs to lineages that are not `known`: left by a run whose state was lost. */
  async sweep(known: { has(lineageId: string): boolean }): Promise<void> {
    const stored = (await entries(join(this.#path, ".versions"))) ?? [];
    const stray = stored.filter((lineageId) => !known.has(lineageId));
    if (stray.length === 0) return;
    for (const entry of (await entries(this.#path)) ?? []) {
      const target = linkTarget(join(this.#path, entry));
      if (stray.some((lineageId) => isWithin(target, lineageId))) rmSync(join(this.#path, entry));
    }
    await this.#syncs.sync(this.#path);
    for (const lineageId of stray) this.prune(lineageId, []);
  }

  #unlink(lineageId: string, names: readonly string[]): void {
    for (const name of names) {
      const path = this.#linkPath(name);
      if (isWithin(linkTarget(path), lineageId)) removeLink(path);
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

/** Whether a link points into a directory of a lineage, or of one of its versions. */
const isWithin = (target: string | null, directory: string): boolean =>
  target !== null && `${target}/`.startsWith(join(".versions", directory, "/"));

function nullWhereNone(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

/** Null: there is no such directory. */
async function entries(directory: string): Promise<readonly string[] | null> {
  return await readdir(directory).catch(nullWhereNone);
}
