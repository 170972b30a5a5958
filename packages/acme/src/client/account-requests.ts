/** What is asked of a CA about an account (RFC 8555 section 7.3). */
import type { AccountKey } from "../wire/account-key.ts";
import { bindExternalAccount, keyChangeRequest } from "../wire/embedded-jws.ts";
import { NO_PAYLOAD } from "../wire/jws.ts";
import { linkTargets } from "../wire/link.ts";
import { secureUrl } from "../wire/secure-url.ts";
import {
  type Account,
  type NewAccountRequest,
  type OrderPage,
  parseAccount,
  parseOrderUrls,
} from "./account.ts";
import { acceptContacts } from "./contact.ts";
import { offered } from "./directory.ts";
import { requiredLocation } from "./retrieved.ts";
import { JSON_TYPE, type SignedRequests } from "./signed-requests.ts";

/** Makes the key's account or finds the one it has; requests are the account's from then on. @throws TypeError */
export async function requestAccount(
  requests: SignedRequests,
  request: NewAccountRequest,
  signal: AbortSignal | undefined,
): Promise<Account> {
  acceptContacts(request.contact);
  const { newAccount: url } = await requests.directory(signal);
  const { externalAccountBinding: binding, ...members } = request;
  const externalAccountBinding =
    binding === undefined ? undefined : bindExternalAccount(binding, requests.key, url);
  const payload = JSON.stringify({ ...members, externalAccountBinding });
  const post = { resource: "newAccount", url, payload, accept: JSON_TYPE, signal } as const;
  const response = await requests.postAsKey(post, requests.key);
  const account = parseAccount(response.body, requiredLocation(response, url, "newAccount"));
  requests.signAs(account.url);
  return account;
}

/** @param payload what is to change, as JSON text, or NO_PAYLOAD. @returns the account after that. */
export async function postAccount(
  requests: SignedRequests,
  payload: string,
  signal: AbortSignal | undefined,
): Promise<Account> {
  const { accountUrl: url } = requests;
  const response = await requests.post({ resource: "account", url, payload, accept: JSON_TYPE, signal });
  return parseAccount(response.body, url);
}

/** Requests are signed with the new key from then on. @throws TypeError for the key that the account has. */
export async function changeAccountKey(
  requests: SignedRequests,
  newKey: AccountKey,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { key: oldKey } = requests;
  if (newKey.thumbprint === oldKey.thumbprint)
    throw new TypeError("the new key is the account's key already");
  const url = offered(await requests.directory(signal), "keyChange");
  const { accountUrl } = requests;
  const payload = JSON.stringify(keyChangeRequest({ accountUrl, oldKey, newKey, keyChangeUrl: url }));
  await requests.post({ resource: "keyChange", url, payload, accept: JSON_TYPE, signal });
  requests.signAs(accountUrl, newKey);
}

/** @param url the account's `orders`, or a page's `next`. */
export async function readOrderPage(
  requests: SignedRequests,
  url: string,
  signal: AbortSignal | undefined,
): Promise<OrderPage> {
  const post = { resource: "orders", url, payload: NO_PAYLOAD, accept: JSON_TYPE, signal } as const;
  const response = await requests.post(post);
  const next = linkTargets(response.headers.get("link"), "next", url)[0] ?? null;
  return { orders: parseOrderUrls(response.body), next: next === null ? null : secureUrl(next) };
}
