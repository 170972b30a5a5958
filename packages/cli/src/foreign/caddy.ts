/**
 * The data directory of Caddy, and of others on CertMagic: `certificates/CA/NAME/NAME.{crt,key,json}`, and
 * `acme/CA/users/EMAIL/*.{json,key}`. CA is the directory's host and path with hyphens for slashes.
 */

import { join } from "node:path";
import { builtInDirectories } from "@certmill/api";
import { Unusable } from "@certmill/stores";
import { namesIn, parseJson, readJson, readTextIfThere, textAt, textsAt } from "./files.ts";
import { type Found, type FoundAccount, type FoundCertificate, orTold, orUnusable } from "./found.ts";
import { readAccountKey } from "./key-file.ts";
import { readPair } from "./pair.ts";

/** What Caddy's own CA is called: its certificates are for itself, and last for hours. */
const ownCa = "local";

/** @param now milliseconds since the epoch. */
export async function* readCaddy(root: string, now: number): AsyncGenerator<Found> {
  for (const ca of await namesIn(join(root, "acme"))) yield* orTold(readAccounts(root, ca));
  for (const ca of await namesIn(join(root, "certificates"))) yield* orTold(readSites(root, ca, now));
}

async function* readSites(root: string, ca: string, now: number): AsyncGenerator<Found> {
  const folder = join(root, "certificates", ca);
  for (const site of await namesIn(folder)) {
    yield await orUnusable(() => readSite(ca, join(folder, site, site), now));
  }
}

async function* readAccounts(root: string, ca: string): AsyncGenerator<Found> {
  const users = join(root, "acme", ca, "users");
  const directory = builtIn(ca) ?? (await directoryOfSites(join(root, "certificates", ca)));
  for (const user of await namesIn(users)) {
    const folder = join(users, user);
    for (const file of await namesIn(folder)) {
      if (file.endsWith(".json")) yield await orUnusable(() => readAccount(join(folder, file), directory));
    }
  }
}

const builtIn = (ca: string): string | null =>
  Object.values(builtInDirectories).find((url) => folderOf(url) === ca) ?? null;

function folderOf(directory: string): string {
  const { host, pathname } = new URL(directory);
  return `${host}${pathname.replaceAll("/", "-")}`.toLowerCase().replace(/-+$/, "").replaceAll(":", "-");
}

/** Another CA's directory is written beside what it issued. */
async function directoryOfSites(folder: string): Promise<string | null> {
  for (const site of await namesIn(folder)) {
    const text = await readTextIfThere(join(folder, site, `${site}.json`)).catch(() => null);
    const directory = text === null ? null : textAt(looseJson(text), "issuer_data", "ca");
    if (directory !== null) return directory;
  }
  return null;
}

function looseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readAccount(path: string, directory: string | null): Promise<FoundAccount> {
  if (directory === null) throw new Unusable(path, "account-unusable", "It is not said at which CA it is.");
  const account = await readJson(path);
  return {
    kind: "account",
    path,
    directory,
    url: textAt(account, "location"),
    keyPem: await readAccountKey(path.replace(/json$/, "key")),
    contact: textsAt(account, "contact"),
  };
}

async function readSite(ca: string, stem: string, now: number): Promise<FoundCertificate> {
  const certificate = `${stem}.crt`;
  if (ca === ownCa) {
    throw new Unusable(
      certificate,
      "own-ca",
      "Caddy's own CA issued it; Caddy makes the next one by itself.",
    );
  }
  const text = await readTextIfThere(`${stem}.json`);
  const meta = text === null ? null : parseJson(text, `${stem}.json`);
  return readPair(
    {
      certificate,
      key: `${stem}.key`,
      name: textsAt(meta, "sans")[0] ?? null,
      directory: textAt(meta, "issuer_data", "ca") ?? builtIn(ca),
      accountUrl: textAt(meta, "issuer_data", "account"),
    },
    now,
  );
}
