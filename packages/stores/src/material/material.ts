/** Certificates and private keys in a file, whatever its form: PEM of any kind, several in one, or DER. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { Unusable } from "./unusable.ts";

export interface Material {
  readonly certificates: readonly X509Certificate[];
  readonly keys: readonly KeyObject[];
  /** Parts that are a certificate or a key and cannot be used. */
  readonly faults: readonly Unusable[];
}

interface Block {
  readonly label: string;
  /** The whole of it, from BEGIN to END. */
  readonly text: string;
}

/** What there is in a file; nothing where it is of another kind altogether. */
export function readMaterial(bytes: Uint8Array, path: string): Material {
  const text = Buffer.from(bytes).toString("latin1");
  if (!text.includes("-----BEGIN ")) return readDer(Buffer.from(bytes), path);
  const certificates: X509Certificate[] = [];
  const keys: KeyObject[] = [];
  const faults: Unusable[] = [];
  const { blocks, cutOff } = blocksOf(text);
  for (const block of blocks) {
    try {
      if (certificateLabels.has(block.label)) certificates.push(new X509Certificate(rewritten(block)));
      else if (block.label.endsWith("PRIVATE KEY")) keys.push(readKey(block, path));
    } catch (error) {
      faults.push(error instanceof Unusable ? error : new Unusable(path, "not-understood", damaged(block)));
    }
  }
  if (cutOff !== null) faults.push(new Unusable(path, "not-understood", `Its ${cutOff} has no end.`));
  return { certificates, keys, faults };
}

const certificateLabels: ReadonlySet<string> = new Set(["CERTIFICATE", "X509 CERTIFICATE"]);

const damaged = ({ label }: Block): string => `Its ${label} is damaged.`;

/** One pass, however hostile the text: what has no end is the last. */
function blocksOf(text: string): { readonly blocks: readonly Block[]; readonly cutOff: string | null } {
  const blocks: Block[] = [];
  const begin = /-----BEGIN ([A-Z0-9 ]{1,40})-----/g;
  for (let found = begin.exec(text); found !== null; found = begin.exec(text)) {
    const label = found[1] ?? "";
    const mark = `-----END ${label}-----`;
    const end = text.indexOf(mark, begin.lastIndex);
    if (end === -1) return { blocks, cutOff: label };
    begin.lastIndex = end + mark.length;
    blocks.push({ label, text: text.slice(found.index, begin.lastIndex) });
  }
  return { blocks, cutOff: null };
}

/** OpenSSL knows a certificate by its usual label only. */
const rewritten = ({ text }: Block): string => text.replaceAll("X509 CERTIFICATE", "CERTIFICATE");

/** @throws Unusable */
function readKey({ label, text }: Block, path: string): KeyObject {
  if (label.startsWith("ENCRYPTED") || /^Proc-Type:.*ENCRYPTED/m.test(text)) {
    const fix = "decrypt it first, as with: openssl pkey -in FILE -out FILE";
    throw new Unusable(path, "key-encrypted", `The key is encrypted with a pass phrase; ${fix}`);
  }
  try {
    return createPrivateKey(text);
  } catch {
    throw new Unusable(path, "key-unusable", "The private key is damaged, or of an unknown kind.");
  }
}

const sequence = 0x30;

function readDer(bytes: Buffer, path: string): Material {
  if (bytes[0] !== sequence) return { certificates: [], keys: [], faults: [] };
  try {
    return { certificates: [new X509Certificate(bytes)], keys: [], faults: [] };
  } catch {
    // Not a certificate; a key perhaps.
  }
  for (const type of ["pkcs8", "pkcs1", "sec1"] as const) {
    try {
      return { certificates: [], keys: [createPrivateKey({ key: bytes, format: "der", type })], faults: [] };
    } catch {
      // Not of this type; perhaps of the next.
    }
  }
  const isArchive = /\.(p12|pfx)$/i.test(path);
  const what = isArchive
    ? "It is a PKCS #12 archive; convert it first, as with: openssl pkcs12 -in FILE -nodes -out FILE.pem"
    : "It is DER, but neither a certificate nor a private key in the clear.";
  return { certificates: [], keys: [], faults: [new Unusable(path, "not-understood", what)] };
}
