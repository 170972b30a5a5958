import {
  type CertificateImport,
  type CertificateToImport,
  type Client,
  type ImportedCertificate,
  maxImportedCertificates,
  operations,
} from "@certmill/api";
import { mapInOrder } from "../import/map-in-order.ts";
import { persist } from "../persist.ts";
import { numberText } from "../terminal/number-text.ts";
import { ProgressLine } from "../terminal/progress-line.ts";
import { AccountAdopter, type AdoptedAccount } from "./adopt-accounts.ts";
import type { Found, FoundCertificate } from "./found.ts";
import { Tally } from "./tally.ts";

export interface FoundToSend {
  readonly client: Client;
  readonly found: AsyncIterable<Found>;
  readonly terms: Omit<CertificateImport, "certificates">;
  /** Whether the accounts are to come along. */
  readonly withAccounts: boolean;
  readonly signal: AbortSignal;
  /** Milliseconds for which a server that was there and is lost is waited for. */
  readonly giveUpAfter: number;
}

/** How an import ended. */
export interface FoundEnd {
  readonly tally: Tally;
  /** Accounts that were found. */
  readonly accounts: number;
  readonly adopted: readonly AdoptedAccount[];
  /** What stopped it before the end; null: nothing did. */
  readonly stoppedBy: { readonly error: unknown } | null;
}

interface Batch {
  readonly certificates: readonly CertificateToImport[];
  /** For each whether its account comes along. */
  readonly comeAlong: readonly boolean[];
}

/** The server works on one at a time; the next is read and sent meanwhile. */
const batchesInFlight = 2;

/** A few less than the server takes, for those that belong to the last one. */
const mostInBatch = maxImportedCertificates - 10;

/** Of PEM; keeps a batch under the size that the server takes. */
const charactersInBatch = 2_000_000;

/** Sends all that is found in batches, and counts what becomes of it. */
export async function sendFound(request: FoundToSend): Promise<FoundEnd> {
  const { client, signal, withAccounts, terms } = request;
  const sender = new Sender(request, new AccountAdopter({ client, signal, dryRun: terms.dryRun === true }));
  using progress = new ProgressLine();
  const end = (stoppedBy: FoundEnd["stoppedBy"]): FoundEnd => ({
    tally: sender.tally,
    accounts: sender.accounts,
    adopted: withAccounts ? sender.adopter.adopted : [],
    stoppedBy,
  });
  try {
    // A wrong address or token is told at once; only a server that was there is waited for.
    await client.call(operations.listCas, { query: { limit: 1 }, signal });
    for await (const results of mapInOrder(sender.batches(), batchesInFlight, (batch) =>
      sender.send(batch),
    )) {
      for (const { result, comesAlong } of results) sender.tally.settle(result, comesAlong);
      progress.update(() => progressText(sender.tally));
    }
    return end(null);
  } catch (error) {
    return end({ error: signal.aborted ? signal.reason : error });
  }
}

function progressText({ certificates, seconds, counts: { rejected } }: Tally): string {
  const rate = seconds === 0 ? 0 : Math.round(certificates / seconds);
  const told = rejected === 0 ? "" : `  ${numberText(rejected)} rejected`;
  return `${numberText(certificates)} certificates  ${numberText(rate)}/s${told}`;
}

class Sender {
  readonly tally = new Tally();
  readonly adopter: AccountAdopter;
  accounts = 0;
  readonly #request: FoundToSend;

  constructor(request: FoundToSend, adopter: AccountAdopter) {
    this.#request = request;
    this.adopter = adopter;
  }

  /** What cannot be sent is told here, with the batch that it would have been in. */
  async *batches(): AsyncGenerator<Batch> {
    let certificates: CertificateToImport[] = [];
    let comeAlong: boolean[] = [];
    let characters = 0;
    let names = "";
    for await (const each of this.#request.found) {
      this.#request.signal.throwIfAborted();
      if (each.kind === "unusable") this.tally.reject(each);
      if (each.kind === "account") this.#addAccount(each);
      if (each.kind !== "certificate") continue;
      const isFull = certificates.length >= mostInBatch || characters >= charactersInBatch;
      // Both of a pair lie beside each other, and are to come in one batch.
      if (isFull && (certificates.length === maxImportedCertificates || names !== namesOf(each))) {
        yield { certificates, comeAlong };
        [certificates, comeAlong, characters] = [[], [], 0];
      }
      names = namesOf(each);
      const url = this.#request.withAccounts ? await this.adopter.urlFor(each) : each.accountUrl;
      certificates.push(toImport(each, url));
      comeAlong.push(this.adopter.isTaken(each));
      characters += each.chainPem.length + each.keyPem.length;
    }
    if (certificates.length > 0) yield { certificates, comeAlong };
  }

  #addAccount(account: Extract<Found, { readonly kind: "account" }>): void {
    this.accounts += 1;
    this.adopter.add(account);
  }

  async send({
    certificates,
    comeAlong,
  }: Batch): Promise<readonly { readonly result: ImportedCertificate; readonly comesAlong: boolean }[]> {
    const { client, terms, signal, giveUpAfter } = this.#request;
    const body = { ...terms, certificates: [...certificates] };
    const { results } = await persist(() => client.call(operations.importCertificates, { body, signal }), {
      signal,
      giveUpAfter,
      onRetry: () => undefined,
    });
    return results.map((result, index) => ({ result, comesAlong: comeAlong[index] === true }));
  }
}

/** The same for both of a pair. */
const namesOf = ({ names }: FoundCertificate): string => [...names].sort().join();

const toImport = (
  { path, name, chainPem: chain, keyPem: key, directory }: FoundCertificate,
  accountUrl: string | null,
): CertificateToImport => ({
  path,
  chain,
  key,
  ...(name === null ? {} : { name }),
  ...(directory === null ? {} : { directory }),
  ...(accountUrl === null ? {} : { accountUrl }),
});
