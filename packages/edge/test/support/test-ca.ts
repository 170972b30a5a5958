import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestCertificate {
  readonly chainPem: string;
  readonly keyPem: string;
  /** As the server tells it: lower-case hex. */
  readonly serial: string;
  readonly notAfter: string;
}

export interface Validity {
  /** Days from now; negative for the past. */
  readonly from: number;
  readonly until: number;
}

/** A root, an intermediate and leaves, by the openssl command. */
export class TestCa implements Disposable {
  readonly rootPem: string;
  readonly intermediatePem: string;
  readonly #directory = mkdtempSync(join(tmpdir(), "certmill-test-ca-"));
  #leaves = 0;

  constructor() {
    for (const ca of ["root", "intermediate"]) writeFileSync(this.#path(`${ca}.key`), newKey());
    this.rootPem = this.#sign("root", { issuer: null, ...authority });
    this.intermediatePem = this.signIntermediate();
  }

  /** Another certificate of the intermediate each time, for the same key. */
  signIntermediate(): string {
    return this.#sign("intermediate", { issuer: "root", ...authority });
  }

  issue(
    names: readonly string[],
    life: Validity = { from: 0, until: 90 },
    keyPem: string = newKey(),
  ): TestCertificate {
    this.#leaves += 1;
    const leaf = `leaf${this.#leaves}`;
    writeFileSync(this.#path(`${leaf}.key`), keyPem);
    const alternatives = names.map((name) => `DNS:${name}`).join(",");
    const extensions = `subjectAltName=${alternatives}\nextendedKeyUsage=serverAuth`;
    const pem = this.#sign(leaf, { issuer: "intermediate", extensions, life });
    const parsed = new X509Certificate(pem);
    return {
      chainPem: pem + this.intermediatePem,
      keyPem,
      serial: parsed.serialNumber.toLowerCase(),
      notAfter: parsed.validToDate.toISOString(),
    };
  }

  /** The same with an RSA key. */
  issueRsa(names: readonly string[], life?: Validity): TestCertificate {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
    return this.issue(names, life, privateKey.export({ format: "pem", type: "pkcs8" }).toString());
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true });
  }

  /** The subject's key is in its file; the certificate is left in another. */
  #sign(
    subject: string,
    { issuer, extensions, life }: { issuer: string | null; extensions: string; life: Validity },
  ): string {
    writeFileSync(this.#path("extensions"), extensions);
    writeFileSync(this.#path("index"), "");
    writeFileSync(this.#path("serial"), `4${randomBytes(8).toString("hex").slice(1)}\n`);
    writeFileSync(this.#path("config"), configuration);
    this.#openssl("req", "-new", "-key", `${subject}.key`, "-subj", `/CN=${subject}`, "-out", "request");
    const signer =
      issuer === null
        ? ["-selfsign", "-keyfile", `${subject}.key`]
        : ["-keyfile", `${issuer}.key`, "-cert", `${issuer}.pem`];
    const dates = ["-startdate", opensslTime(life.from), "-enddate", opensslTime(life.until)];
    const files = ["-in", "request", "-extfile", "extensions", "-out", `${subject}.pem`];
    this.#openssl("ca", "-batch", "-notext", "-config", "config", ...dates, ...signer, ...files);
    return readFileSync(this.#path(`${subject}.pem`), "utf8");
  }

  #openssl(...args: string[]): void {
    execFileSync("openssl", args, { cwd: this.#directory, stdio: ["ignore", "ignore", "pipe"] });
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

const authority = {
  extensions: "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign",
  life: { from: -1, until: 3_650 },
};

const configuration = `
[ca]
default_ca = test
[test]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`;

function newKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}

function opensslTime(daysFromNow: number): string {
  const at = new Date(Date.now() + daysFromNow * 86_400_000);
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}Z`;
}
