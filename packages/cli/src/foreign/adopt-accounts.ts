/** Accounts that come along with the certificates that they obtained. */
import { ApiError, builtInDirectories, type Ca, type Client, operations, pages } from "@certmill/api";
import type { FoundAccount, FoundCertificate } from "./found.ts";

/** What became of an account. */
export interface AdoptedAccount {
  readonly path: string;
  readonly directory: string;
  readonly outcome: "imported" | "known" | "rejected";
  /** What its CA is called here; null: it is none. */
  readonly ca: string | null;
  readonly code: string | null;
  readonly reason: string | null;
}

interface Adoption extends AdoptedAccount {
  /** As the CA has it; null: not taken. */
  readonly url: string | null;
}

type Whose = Pick<FoundCertificate, "directory" | "accountUrl">;

interface AdoptionOptions {
  readonly client: Client;
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
}

/** Takes each account when the first certificate of its comes; those that no certificate is of stay where they are. */
export class AccountAdopter {
  readonly #options: AdoptionOptions;
  readonly #found: FoundAccount[] = [];
  readonly #adoptions = new Map<FoundAccount, Adoption>();
  #cas: Pick<Ca, "name" | "directory" | "accountUrl">[] | null = null;

  constructor(options: AdoptionOptions) {
    this.#options = options;
  }

  add(account: FoundAccount): void {
    this.#found.push(account);
  }

  get adopted(): readonly AdoptedAccount[] {
    return [...this.#adoptions.values()];
  }

  /** The URL of the account of a certificate, as its CA has it. */
  async urlFor({ directory, accountUrl }: Whose): Promise<string | null> {
    const account = this.#accountOf({ directory, accountUrl });
    if (account === undefined) return accountUrl;
    let adoption = this.#adoptions.get(account);
    if (adoption === undefined) {
      adoption = await this.#adopt(account);
      this.#adoptions.set(account, adoption);
    }
    return adoption.url ?? accountUrl;
  }

  /** Whether the account of a certificate has been taken, or was here. */
  isTaken(whose: Whose): boolean {
    const account = this.#accountOf(whose);
    const adoption = account === undefined ? undefined : this.#adoptions.get(account);
    return adoption !== undefined && adoption.outcome !== "rejected";
  }

  #accountOf({ directory, accountUrl }: Whose): FoundAccount | undefined {
    return this.#found.find((each) => each.directory === directory && each.url === accountUrl);
  }

  async #adopt(account: FoundAccount): Promise<Adoption> {
    const { client, signal, dryRun } = this.#options;
    const { path, directory, url, contact, keyPem } = account;
    const cas = (this.#cas ??= await this.#list());
    const same = cas.find((ca) => ca.directory === directory && ca.accountUrl === url && url !== null);
    const told = { path, directory, code: null, reason: null };
    if (same !== undefined) return { ...told, outcome: "known", ca: same.name, url };
    const name = freeName(
      directory,
      cas.map((ca) => ca.name),
    );
    if (dryRun) {
      cas.push({ name, directory, accountUrl: url });
      return { ...told, outcome: "imported", ca: name, url };
    }
    const body = { name, directory, contact: contact.slice(0, 10), termsAgreed: false, accountKey: keyPem };
    try {
      const added = await client.call(operations.addCa, { body, signal });
      cas.push(added);
      return { ...told, outcome: "imported", ca: name, url: added.accountUrl };
    } catch (error) {
      if (!(error instanceof ApiError) || !refusals.has(error.code)) throw error;
      return { ...told, outcome: "rejected", ca: null, url: null, code: error.code, reason: error.message };
    }
  }

  async #list(): Promise<Ca[]> {
    const { client, signal } = this.#options;
    const found: Ca[] = [];
    for await (const page of pages(client, operations.listCas, { query: { limit: 1_000 }, signal })) {
      found.push(...page.items);
    }
    return found;
  }
}

/** What is a word on this account alone, and stops nothing else. */
const refusals: ReadonlySet<string> = new Set([
  "ca-exists",
  "ca-refused",
  "ca-unreachable",
  "invalid-request",
]);

/** The built-in name of a CA, else its host; with a number where that is taken. */
function freeName(directory: string, taken: readonly string[]): string {
  const builtIn = Object.entries(builtInDirectories).find(([, url]) => url === directory)?.[0];
  const base =
    builtIn ?? (new URL(directory).hostname.replaceAll(/[^A-Za-z0-9._-]/g, "").slice(0, 90) || "ca");
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!taken.includes(name)) return name;
  }
}
