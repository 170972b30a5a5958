import type { Account } from "../client/account.ts";
import type { AcmeClient } from "../client/acme-client.ts";
import { AcmeError } from "../wire/acme-error.ts";
import { OrderHandle } from "./order-handle.ts";

/** More pages than any CA has for one account: a list that turns in circles ends. */
const MOST_PAGES = 10_000;

/** The client's own account as an object; see OrderHandle. */
export class AccountHandle {
  readonly #client: AcmeClient;

  /** Makes no request. */
  constructor(client: AcmeClient) {
    this.#client = client;
  }

  /** The account's URL. @throws AssertionError while the client has no account. */
  get url(): string {
    return this.#client.accountUrl;
  }

  /** The account as it is now (RFC 8555 section 7.1.2). */
  read(signal?: AbortSignal): Promise<Account> {
    return this.#client.account(signal);
  }

  /**
   * The account's orders, page after page as they are asked for (RFC 8555 section 7.1.2.1).
   *
   * @throws AcmeError `not-offered`: Let's Encrypt, among others, has no such list.
   */
  async *orders(signal?: AbortSignal): AsyncGenerator<OrderHandle, void> {
    let page = (await this.read(signal)).orders;
    if (page === null) throw new AcmeError("not-offered", "orders: this CA keeps no list of them");
    for (let pages = 0; page !== null; pages += 1) {
      if (pages >= MOST_PAGES) throw new AcmeError("bad-response", `orders: over ${MOST_PAGES} pages`);
      const { orders, next } = await this.#client.orders(page, signal);
      for (const url of orders) yield new OrderHandle(this.#client, url);
      page = next;
    }
  }

  /** What is to be kept, beside the key: the URL. */
  toJSON(): { readonly url: string } {
    return { url: this.url };
  }
}
