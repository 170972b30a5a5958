/**
 * The configuration directory of certbot (`/etc/letsencrypt`): `live/NAME/` are links to the newest version in
 * `archive/NAME/`, `renewal/NAME.conf` says from which server and account, `accounts/SERVER/ID/` are the accounts.
 * Paths within the files are not followed: the tree may be a copy in another place.
 */
import { basename, dirname, join } from "node:path";
import { type AccountUrls, readAccountFolders } from "./account-folders.ts";
import { namesIn, readJson, readTextIfThere, textAt, textsAt } from "./files.ts";
import { type Found, type FoundAccount, type FoundCertificate, orTold, orUnusable } from "./found.ts";
import { readAccountKey } from "./key-file.ts";
import { type Pair, readPair } from "./pair.ts";

/** @param now milliseconds since the epoch. */
export async function* readCertbot(root: string, now: number): AsyncGenerator<Found> {
  const urls: AccountUrls = new Map();
  const accounts = {
    root: join(root, "accounts"),
    file: "regr.json",
    caPath: dirname,
    read: readAccount,
    knownBy: ({ path }: FoundAccount) => basename(path),
    urls,
  };
  yield* orTold(readAccountFolders(accounts));
  yield* orTold(readLineages(root, urls, now));
}

async function* readLineages(root: string, urls: AccountUrls, now: number): AsyncGenerator<Found> {
  for (const name of await lineages(root)) {
    yield await orUnusable(() => readLineage({ root, name, urls, now }));
  }
}

async function readAccount(folder: string, directory: string): Promise<FoundAccount> {
  const registration = await readJson(join(folder, "regr.json"));
  return {
    kind: "account",
    path: folder,
    directory,
    url: textAt(registration, "uri"),
    keyPem: await readAccountKey(join(folder, "private_key.json")),
    contact: textsAt(registration, "body", "contact"),
  };
}

const settings = ".conf";

/** Those that are served, and those that would be renewed; the same ones, if nothing is broken. */
async function lineages(root: string): Promise<readonly string[]> {
  const renewed = (await namesIn(join(root, "renewal")))
    .filter((name) => name.endsWith(settings))
    .map((name) => name.slice(0, -settings.length));
  const live = (await namesIn(join(root, "live"))).filter((name) => name !== "README");
  return [...new Set([...live, ...renewed])].sort();
}

interface Lineage {
  readonly root: string;
  readonly name: string;
  readonly urls: AccountUrls;
  readonly now: number;
}

async function readLineage({ root, name, urls, now }: Lineage): Promise<FoundCertificate> {
  const conf = await readTextIfThere(join(root, "renewal", `${name}${settings}`));
  const account = settingOf(conf, "account");
  const known = {
    name,
    directory: settingOf(conf, "server"),
    accountUrl: account === null ? null : (urls.get(account) ?? null),
  };
  return readPair({ ...(await filesOf(root, name)), ...known }, now);
}

/** `name = value` of a configuration file, in whatever section. */
const settingOf = (conf: string | null, name: string): string | null =>
  conf?.match(new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*(\\S.*?)[ \\t]*$`, "m"))?.[1] ?? null;

/** A copy may have lost the links of `live`: the newest of the archive then. */
async function filesOf(root: string, name: string): Promise<Pick<Pair, "certificate" | "chain" | "key">> {
  const live = join(root, "live", name);
  const archive = join(root, "archive", name);
  const archived = await namesIn(archive);
  if ((await namesIn(live)).length > 0 || archived.length === 0) {
    return { certificate: join(live, "fullchain.pem"), key: join(live, "privkey.pem") };
  }
  const versions = archived.flatMap((file) => /^fullchain(\d+)\.pem$/.exec(file)?.[1] ?? []).map(Number);
  const newest = Math.max(0, ...versions);
  return { certificate: join(archive, `fullchain${newest}.pem`), key: join(archive, `privkey${newest}.pem`) };
}
