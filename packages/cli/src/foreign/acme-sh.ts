/**
 * The home of acme.sh (`~/.acme.sh`): `NAME/` and, for EC keys, `NAME_ecc/` have `NAME.conf`, `NAME.key` and
 * `fullchain.cer`; `ca/SERVER/` has the one account at each CA.
 */
import { join } from "node:path";
import { type AccountUrls, readAccountFolders } from "./account-folders.ts";
import { namesIn, readTextIfThere } from "./files.ts";
import { type Found, type FoundAccount, type FoundCertificate, orTold } from "./found.ts";
import { readAccountKey } from "./key-file.ts";
import { type Pair, readPair } from "./pair.ts";

/** @param now milliseconds since the epoch. */
export async function* readAcmeSh(root: string, now: number): AsyncGenerator<Found> {
  const urls: AccountUrls = new Map();
  const accounts = {
    root: join(root, "ca"),
    file: "account.key",
    caPath: (path: string) => path,
    read: readAccount,
    knownBy: ({ directory }: FoundAccount) => directory,
    urls,
  };
  yield* orTold(readAccountFolders(accounts));
  yield* orTold(readDomains(root, urls, now));
}

async function* readDomains(root: string, urls: AccountUrls, now: number): AsyncGenerator<Found> {
  for (const folder of await namesIn(root)) {
    const name = folder.replace(/_ecc$/, "");
    yield* orTold(readFolder({ folder: join(root, folder), name, urls, now }));
  }
}

interface Domain {
  readonly folder: string;
  readonly name: string;
  readonly urls: AccountUrls;
  readonly now: number;
}

/** Folders of other things are passed over. */
async function* readFolder(domain: Domain): AsyncGenerator<Found> {
  const files = await namesIn(domain.folder);
  if (files.includes(`${domain.name}.conf`)) yield await readDomain(domain, files);
}

async function readAccount(folder: string, directory: string): Promise<FoundAccount> {
  const conf = await readTextIfThere(join(folder, "ca.conf"));
  const email = settingOf(conf, "CA_EMAIL");
  return {
    kind: "account",
    path: folder,
    directory,
    url: settingOf(conf, "ACCOUNT_URL"),
    keyPem: await readAccountKey(join(folder, "account.key")),
    contact: email === null ? [] : [`mailto:${email}`],
  };
}

async function readDomain(
  { folder, name, urls, now }: Domain,
  files: readonly string[],
): Promise<FoundCertificate> {
  const conf = await readTextIfThere(join(folder, `${name}.conf`));
  const directory = settingOf(conf, "Le_API");
  const accountUrl = directory === null ? null : (urls.get(directory) ?? null);
  return readPair({ ...filesOf(folder, files, name), name, directory, accountUrl }, now);
}

function filesOf(
  folder: string,
  files: readonly string[],
  name: string,
): Pick<Pair, "certificate" | "chain" | "key"> {
  const key = join(folder, `${name}.key`);
  if (files.includes("fullchain.cer")) return { certificate: join(folder, "fullchain.cer"), key };
  const certificate = join(folder, `${name}.cer`);
  return files.includes("ca.cer")
    ? { certificate, chain: join(folder, "ca.cer"), key }
    : { certificate, key };
}

/** `NAME='value'`; a value that the shell would have to work out is none. */
const settingOf = (conf: string | null, name: string): string | null =>
  conf?.match(new RegExp(`^${name} *= *(['"]?)([^'"\\n]+)\\1 *$`, "m"))?.[2] ?? null;
