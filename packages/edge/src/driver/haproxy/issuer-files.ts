import { createHash, X509Certificate } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile, syncDirectory } from "../../install/durable-write.ts";

/** The issuers of certificates, as HAProxy finds them when it reads the directory at its start. */
export interface IssuersFile {
  /** In the directory. It is made of what is in the file: whoever has a file of that name has these issuers. */
  readonly name: string;
  readonly certificates: number;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
}

/** Issuers as they follow a leaf. */
interface Issuers {
  readonly name: string;
  readonly certificates: number;
  /** Of the first one, whoever has signed it: subject and key. */
  readonly first: string;
  readonly pem: string;
}

/**
 * The directory that HAProxy completes chains from (configuration manual, section 3.1, `issuers-chain-path`): a file for
 * each issuer that signs leaves, and what follows it. HAProxy chooses by the first certificate of a file, its subject
 * and its key identifier (`ssl_get0_issuer_chain` in HAProxy's ssl_sock.c). Of two files that begin alike it warns,
 * and takes the one whose name is first; so there is one for each, and chains that go on otherwise have none. It warns, too,
 * of an issuer without a key identifier. It reads hidden files and no subdirectories: what is being written is in one.
 *
 * The directory is the agent's alone. Several agents may share it.
 */
export class IssuerFiles {
  readonly #directory: string;
  /** By the first issuer. */
  readonly #files = new Map<string, IssuersFile>();
  /** By the text that follows a leaf; null: there is none for it. Few are behind all certificates of an edge. */
  readonly #known = new Map<string, IssuersFile | null>();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Makes the directory, without which HAProxy does not start, and removes files that are not what they are called.
   *
   * @throws the file system's error.
   */
  static async open(directory: string): Promise<IssuerFiles> {
    await mkdir(join(directory, unfinished), { recursive: true });
    const opened = new IssuerFiles(directory);
    for (const name of (await readdir(directory)).filter((each) => ours.test(each)).sort()) {
      const path = join(directory, name);
      const issuers = parse(await readFile(path, "utf8"));
      if (issuers?.name !== name) await rm(path, { force: true });
      else if (!opened.#files.has(issuers.first)) await opened.#add(issuers);
    }
    return opened;
  }

  /**
   * The file with just these issuers, which is written when there is none.
   *
   * @param pem what follows the leaf.
   * @returns null: there are no issuers, none that HAProxy would find, or others are served after the first one of them.
   * @throws the file system's error.
   */
  async fileOf(pem: string): Promise<IssuersFile | null> {
    const known = this.#known.get(pem);
    if (known !== undefined) return known;
    const file = await this.#find(parse(pem));
    if (this.#known.size === textsKept) this.#known.clear();
    // Its own text: a part of a longer one would keep all of that.
    this.#known.set(Buffer.from(pem).toString(), file);
    return file;
  }

  async #find(issuers: Issuers | null): Promise<IssuersFile | null> {
    if (issuers === null) return null;
    const there = this.#files.get(issuers.first);
    if (there !== undefined) return there.name === issuers.name ? there : null;
    const beside = join(this.#directory, unfinished, issuers.name);
    await replaceFile(beside, issuers.pem, 0o644);
    await rename(beside, join(this.#directory, issuers.name));
    await syncDirectory(this.#directory);
    return await this.#add(issuers);
  }

  async #add({ name, certificates, first }: Issuers): Promise<IssuersFile> {
    const { mtimeMs } = await stat(join(this.#directory, name));
    const file = { name, certificates, writtenAt: mtimeMs };
    this.#files.set(first, file);
    return file;
  }
}

const unfinished = ".new";
const ours = /^[0-9a-f]{64}\.pem$/;
const textsKept = 50;

/** Null: there is none, or something else is among them. */
function parse(pem: string): Issuers | null {
  const blocks = pem.match(block) ?? [];
  if (blocks.length === 0 || pem.replaceAll(block, "").trim() !== "") return null;
  try {
    const certificates = blocks.map((text) => new X509Certificate(text));
    const [first] = certificates;
    if (first === undefined || !first.raw.includes(subjectKeyIdentifier)) return null;
    const digest = createHash("sha256");
    for (const { raw } of certificates) digest.update(raw);
    return {
      name: `${digest.digest("hex")}.pem`,
      certificates: certificates.length,
      first: `${first.subject}\n${first.publicKey.export({ format: "der", type: "spki" }).toString("base64")}`,
      pem: certificates.map(String).join(""),
    };
  } catch {
    return null;
  }
}

/** The extension's object identifier, 2.5.29.14 (RFC 5280 section 4.2.1.2), in DER. */
const subjectKeyIdentifier = Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x0e]);

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
