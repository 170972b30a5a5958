import { notFound, Refusal } from "../problem.ts";
import { isRecord, type JsonRecord } from "../record.ts";
import type { AccountKey } from "./account-key.ts";
import { type ExternalAccounts, verifyBinding } from "./external-account.ts";
import type { Urls } from "./urls.ts";

export interface Account {
  readonly id: string;
  readonly url: string;
  key: AccountKey;
  status: "valid" | "deactivated";
  contact: readonly string[];
  /** As it was given; sent back in the account object (RFC 8555 section 7.3.4). `null`: not bound. */
  readonly externalAccountBinding: JsonRecord | null;
}

/** The accounts of this CA: RFC 8555 section 7.3. */
export class Accounts {
  readonly #byId = new Map<string, Account>();
  readonly #byThumbprint = new Map<string, Account>();
  readonly #urls: Urls;
  readonly #externalAccounts: ExternalAccounts | null;
  readonly #usedKeyIds = new Set<string>();

  constructor(urls: Urls, externalAccounts: ExternalAccounts | null) {
    this.#urls = urls;
    this.#externalAccounts = externalAccounts;
  }

  get count(): number {
    return this.#byId.size;
  }

  /** The account with this `kid`, or `null`. */
  byUrl(url: string): Account | null {
    const account = this.#byId.get(url.slice(url.lastIndexOf("/") + 1));
    return account?.url === url ? account : null;
  }

  /**
   * newAccount: makes one, or finds the one that has this key.
   *
   * @param admit is called when one is about to be made; throws when it must not be.
   * @throws Refusal
   */
  async register(
    key: AccountKey,
    payload: JsonRecord,
    admit: () => void,
  ): Promise<{ account: Account; created: boolean }> {
    const existing = this.#byThumbprint.get(key.thumbprint);
    if (existing !== undefined) {
      refuseDeactivated(existing);
      return { account: existing, created: false };
    }
    if (payload["onlyReturnExisting"] === true) {
      throw new Refusal("accountDoesNotExist", "No account exists with the provided key");
    }
    const contact = parseContact(payload["contact"]);
    if (payload["termsOfServiceAgreed"] !== true) {
      throw new Refusal("userActionRequired", "must agree to terms of service");
    }
    const binding = await this.#verifiedBinding(key, payload["externalAccountBinding"]);
    // Another request with the same key may have come first while the binding was looked at.
    const raced = this.#byThumbprint.get(key.thumbprint);
    if (raced !== undefined) return { account: raced, created: false };
    this.#refuseUsed(binding);
    admit();
    if (binding !== null) this.#usedKeyIds.add(binding.keyId);
    const id = String(this.#byId.size + 1);
    const url = this.#urls.account(id);
    const externalAccountBinding = binding?.jws ?? null;
    const account: Account = { id, url, key, status: "valid", contact, externalAccountBinding };
    this.#byId.set(id, account);
    this.#byThumbprint.set(key.thumbprint, account);
    return { account, created: true };
  }

  /** A POST to the account itself: new contacts, or its end. @throws Refusal */
  update(account: Account, payload: JsonRecord): void {
    if (payload["status"] === "deactivated") account.status = "deactivated";
    else if (payload["status"] !== undefined && payload["status"] !== "valid") {
      throw new Refusal("malformed", "Invalid value provided for status field");
    } else if (payload["contact"] !== undefined) account.contact = parseContact(payload["contact"]);
  }

  /** keyChange: from now on the account is `key`'s. @throws Refusal 409 with its URL when an account has it. */
  changeKey(account: Account, key: AccountKey): void {
    const holder = this.#byThumbprint.get(key.thumbprint);
    if (holder !== undefined) {
      throw new Refusal("malformed", "New key is already in use for a different account", {
        status: 409,
        headers: { Location: holder.url },
      });
    }
    this.#byThumbprint.delete(account.key.thumbprint);
    this.#byThumbprint.set(key.thumbprint, account);
    account.key = key;
  }

  document(account: Account): object {
    const { status, contact, externalAccountBinding } = account;
    return {
      status,
      ...(contact.length > 0 && { contact }),
      ...(externalAccountBinding !== null && { externalAccountBinding }),
      orders: this.#urls.orders(account.id),
    };
  }

  async #verifiedBinding(accountKey: AccountKey, jws: unknown): Promise<Binding | null> {
    const externalAccounts = this.#externalAccounts;
    if (externalAccounts === null) return null;
    if (!isRecord(jws)) {
      if (!externalAccounts.required) return null;
      throw new Refusal("externalAccountRequired", "ACME server policy requires externalAccountBinding");
    }
    const url = this.#urls.newAccount();
    return { jws, keyId: await verifyBinding(jws, { url, accountKey, externalAccounts }) };
  }

  /** An external key is good for one account, as at Google Trust Services. @throws Refusal unauthorized */
  #refuseUsed(binding: Binding | null): void {
    if (this.#externalAccounts?.reusable === true) return;
    if (binding !== null && this.#usedKeyIds.has(binding.keyId)) {
      throw new Refusal("unauthorized", "external account key is already used");
    }
  }
}

interface Binding {
  readonly keyId: string;
  /** As the client sent it. */
  readonly jws: JsonRecord;
}

/** @throws Refusal unauthorized */
export function refuseDeactivated(account: Account): void {
  if (account.status === "valid") return;
  throw new Refusal("unauthorized", `Account is not valid, has status "${account.status}"`);
}

/** @throws Refusal malformed with status 404 when `account` is not the owner: not even that it exists is told. */
export function refuseForeign(owner: Account | undefined, account: Account, what: string): void {
  if (owner !== account) throw notFound(`No ${what} found for account ID ${account.id}`);
}

function parseContact(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Refusal("malformed", "contact is not a list");
  return value.map((contact: unknown) => {
    if (typeof contact !== "string" || !/^[a-z][a-z0-9+.-]*:/i.test(contact)) {
      throw new Refusal("invalidContact", "unparsable contact");
    }
    if (!contact.startsWith("mailto:")) {
      throw new Refusal("unsupportedContact", "only contact scheme 'mailto:' is supported");
    }
    if (!/^mailto:[^@\s,?]+@[^@\s,?.]+\.[^@\s,?]+$/.test(contact)) {
      throw new Refusal("invalidContact", `"${contact}" is not a valid e-mail address`);
    }
    return contact;
  });
}
