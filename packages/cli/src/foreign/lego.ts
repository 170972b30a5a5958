/**
 * The directory of lego (`.lego`), of version 4 and 5: `certificates/NAME.{crt,key,json,issuer.crt}`, and
 * `accounts/SERVER/ID/account.json` with the key beside it or, before version 5, in `keys/`.
 */

import { join } from "node:path";
import { Unusable } from "@certmill/stores";
import { directoryAt } from "./directory-url.ts";
import { namesIn, parseJson, readJson, readTextIfThere, textAt, textsAt } from "./files.ts";
import { type Found, type FoundAccount, type FoundCertificate, orTold, orUnusable } from "./found.ts";
import { readAccountKey } from "./key-file.ts";
import { type Pair, readPair } from "./pair.ts";

/** @param now milliseconds since the epoch. */
export async function* readLego(root: string, now: number): AsyncGenerator<Found> {
  const accounts: FoundAccount[] = [];
  yield* orTold(readAccounts(join(root, "accounts"), accounts));
  yield* orTold(readCertificates(join(root, "certificates"), accounts, now));
}

async function* readAccounts(root: string, accounts: FoundAccount[]): AsyncGenerator<Found> {
  for (const server of await namesIn(root)) {
    for (const id of await namesIn(join(root, server))) {
      const found = await orUnusable(() => readAccount(join(root, server, id), server, id));
      if (found.kind === "account") accounts.push(found);
      yield found;
    }
  }
}

async function* readCertificates(
  folder: string,
  accounts: readonly FoundAccount[],
  now: number,
): AsyncGenerator<Found> {
  const files = await namesIn(folder);
  for (const file of files) {
    if (!file.endsWith(".crt") || file.endsWith(".issuer.crt")) continue;
    const stem = file.slice(0, -".crt".length);
    yield await orUnusable(() => readName({ folder, files, stem, accounts, now }));
  }
}

async function readAccount(folder: string, server: string, id: string): Promise<FoundAccount> {
  const account = await readJson(join(folder, "account.json"));
  const directory = textAt(account, "server") ?? directoryAt(server.replace("_", ":"));
  if (directory === null) throw new Unusable(folder, "account-unusable", "It is not said at which CA it is.");
  const email = textAt(account, "email");
  const beside = (await namesIn(folder)).includes(`${id}.key`);
  return {
    kind: "account",
    path: folder,
    directory,
    url: textAt(account, "registration", "accountURL") ?? textAt(account, "registration", "uri"),
    keyPem: await readAccountKey(beside ? join(folder, `${id}.key`) : join(folder, "keys", `${id}.key`)),
    contact: email === null ? [] : [`mailto:${email}`],
  };
}

interface Name {
  readonly folder: string;
  readonly files: readonly string[];
  readonly stem: string;
  readonly accounts: readonly FoundAccount[];
  readonly now: number;
}

async function readName({ folder, files, stem, accounts, now }: Name): Promise<FoundCertificate> {
  const path = join(folder, `${stem}.json`);
  const text = await readTextIfThere(path);
  const meta = text === null ? null : parseJson(text, path);
  const host = URL.parse(textAt(meta, "certUrl") ?? "")?.host ?? null;
  const issuers = accounts.filter(({ directory }) => new URL(directory).host === host);
  const issuer = issuers.length === 1 ? issuers[0] : undefined;
  return readPair(
    {
      ...filesOf(folder, files, stem),
      name: textAt(meta, "domain") ?? textsAt(meta, "domains")[0] ?? null,
      directory: issuer?.directory ?? (host === null ? null : directoryAt(host)),
      accountUrl: issuer?.url ?? null,
    },
    now,
  );
}

function filesOf(
  folder: string,
  files: readonly string[],
  stem: string,
): Pick<Pair, "certificate" | "chain" | "key"> {
  const pair = { certificate: join(folder, `${stem}.crt`), key: join(folder, `${stem}.key`) };
  const issuer = `${stem}.issuer.crt`;
  return files.includes(issuer) ? { ...pair, chain: join(folder, issuer) } : pair;
}
