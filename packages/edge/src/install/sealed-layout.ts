import type { KeyPair } from "./check-key-pair.ts";
import type { FileSeal } from "./file-seal.ts";
import { type Layout, layouts } from "./layout.ts";

const name = "pair.sealed";

/** Chain and key in one file that nobody can read without the key of the seal: where only the agent reads them. */
export const sealedLayout = (seal: FileSeal): Layout => ({
  files: ({ chainPem, keyPem }) => [
    { name, content: seal.seal(JSON.stringify({ chainPem, keyPem })), mode: 0o600 },
  ],
  parse(files) {
    const text = seal.open(files.get(name) ?? "");
    return text === null ? null : (JSON.parse(text) as KeyPair);
  },
  fileNames: [name],
  linkName: (of) => layouts.pair.linkName(of),
  linked: "",
});
