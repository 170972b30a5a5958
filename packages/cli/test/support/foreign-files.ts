/** Files as other programs keep them, with certificates of a CA that is made for the test. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { days, type Instant, instant } from "../../../domain/src/index.ts";
import { Hierarchy } from "../../../sim/src/x509/hierarchy.ts";

export interface MadeCertificate {
  /** The leaf's PEM, what certifies it, and both. */
  readonly leaf: string;
  readonly chain: string;
  readonly fullchain: string;
  readonly key: KeyObject;
  /** PKCS #8. */
  readonly keyPem: string;
}

export interface Wish {
  readonly names: readonly string[];
  readonly key?: KeyObject;
  /** Days from now at which it begins and ends. */
  readonly from?: number;
  readonly until?: number;
}

export const newKey = (curve = "P-256"): KeyObject =>
  generateKeyPairSync("ec", { namedCurve: curve }).privateKey;

export const pkcs8 = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

export class TestIssuer {
  readonly #hierarchy: Hierarchy;
  readonly #now: Instant;

  constructor(now: number) {
    this.#now = instant(now);
    this.#hierarchy = new Hierarchy("Foreign", instant(now - days(1_000)));
  }

  get root(): string {
    return this.#hierarchy.rootPem;
  }

  issue({ names, key = newKey(), from = -10, until = 80 }: Wish): MadeCertificate {
    const publicKey = createPublicKey(key).export({ type: "spki", format: "der" });
    const identifiers = names.map((value) => ({
      type: /[:]|^[\d.]+$/.test(value) ? ("ip" as const) : ("dns" as const),
      value,
    }));
    const begins = instant(this.#now + from * days(1));
    const { leaf } = this.#hierarchy.issue(publicKey, identifiers, days(until - from), begins);
    const [fullchain] = this.#hierarchy.chainPems(leaf);
    const end = fullchain.indexOf("-----BEGIN", 10);
    return {
      leaf: fullchain.slice(0, end),
      chain: fullchain.slice(end),
      fullchain,
      key,
      keyPem: pkcs8(key),
    };
  }
}

/** A folder that goes with the test. */
export class TestFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "certmill-foreign-"));

  /** Writes files, given by their paths in it. */
  write(files: Readonly<Record<string, string | Uint8Array>>): this {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true });
      writeFileSync(join(this.path, name), content);
    }
    return this;
  }

  /** Makes links, each to a path as it would be written in it. */
  link(links: Readonly<Record<string, string>>): this {
    for (const [name, target] of Object.entries(links)) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true });
      symlinkSync(target, join(this.path, name));
    }
    return this;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

const letsencrypt = "acme-v02.api.letsencrypt.org";
export const directory = `https://${letsencrypt}/directory`;
export const accountUrl = `https://${letsencrypt}/acme/acct/42`;

/** A lineage of certbot, its files in `archive` and links to them in `live`. */
export function writeCertbot(folder: TestFolder, name: string, made: MadeCertificate, version = 1): void {
  const archive = `archive/${name}`;
  folder.write({
    [`${archive}/cert${version}.pem`]: made.leaf,
    [`${archive}/chain${version}.pem`]: made.chain,
    [`${archive}/fullchain${version}.pem`]: made.fullchain,
    [`${archive}/privkey${version}.pem`]: made.keyPem,
    [`renewal/${name}.conf`]: `# renew_before_expiry = 30 days
version = 4.1.1
archive_dir = /etc/letsencrypt/archive/${name}
fullchain = /etc/letsencrypt/live/${name}/fullchain.pem

# Options used in the renewal process
[renewalparams]
account = 0123456789abcdef
authenticator = webroot
server = ${directory}
key_type = ecdsa
[[webroot_map]]
${name} = /srv/www
`,
  });
  const links = ["cert", "chain", "fullchain", "privkey"].map((file) => [
    `live/${name}/${file}.pem`,
    `../../archive/${name}/${file}${version}.pem`,
  ]);
  folder.link(Object.fromEntries(links));
}

export function writeCertbotAccount(folder: TestFolder, key: KeyObject): void {
  const account = `accounts/${letsencrypt}/directory/0123456789abcdef`;
  folder.write({
    [`${account}/private_key.json`]: JSON.stringify(key.export({ format: "jwk" })),
    [`${account}/regr.json`]: JSON.stringify({
      body: { contact: ["mailto:ops@example.com"] },
      uri: accountUrl,
    }),
    [`${account}/meta.json`]: JSON.stringify({ creation_host: "web1", register_to_eff: null }),
  });
}
