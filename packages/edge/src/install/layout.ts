import type { KeyPair } from "./check-key-pair.ts";

/** How proxies find a certificate: `pair` as certbot has it, `combined` as HAProxy reads it. */
export type LayoutName = "pair" | "combined";

export interface VersionFile {
  readonly name: string;
  readonly content: string;
  readonly mode: number;
}

export interface Layout {
  /** The files of one certificate. */
  files(pair: KeyPair): readonly VersionFile[];
  /** The key pair as read back from its files. */
  parse(files: ReadonlyMap<string, string>): KeyPair | null;
  /** What is read back. */
  readonly fileNames: readonly string[];
  /** The link for a name, in the agent's directory. */
  linkName(name: string): string;
  /** What a link points to within a version's directory; empty: the directory itself. */
  readonly linked: string;
}

const pair: Layout = {
  files: ({ chainPem, keyPem }) => [
    { name: "fullchain.pem", content: lineEnded(chainPem), mode: 0o644 },
    { name: "privkey.pem", content: lineEnded(keyPem), mode: 0o600 },
  ],
  parse(files) {
    const chainPem = files.get("fullchain.pem");
    const keyPem = files.get("privkey.pem");
    return chainPem === undefined || keyPem === undefined ? null : { chainPem, keyPem };
  },
  fileNames: ["fullchain.pem", "privkey.pem"],
  linkName: (name) => fileName(name),
  linked: "",
};

const combined: Layout = {
  files: ({ chainPem, keyPem }) => [
    { name: "combined.pem", content: lineEnded(chainPem) + lineEnded(keyPem), mode: 0o600 },
  ],
  parse(files) {
    const text = files.get("combined.pem");
    // The key's block says of what type it is only in old formats; it is the one that is no certificate.
    const keyAt = text?.search(/-----BEGIN [A-Z ]*PRIVATE KEY-----/) ?? -1;
    return text === undefined || keyAt < 0
      ? null
      : { chainPem: text.slice(0, keyAt), keyPem: text.slice(keyAt) };
  },
  fileNames: ["combined.pem"],
  linkName: (name) => `${fileName(name)}.pem`,
  linked: "combined.pem",
};

export const layouts: Readonly<Record<LayoutName, Layout>> = { pair, combined };

/** A star is awkward in a shell: `*.example.com` lies under `_wildcard.example.com`. */
const fileName = (name: string): string => name.replace(/^\*\./, "_wildcard.");

const lineEnded = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);
