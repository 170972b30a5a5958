import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { json } from "node:stream/consumers";
import { type Patience, retryAfter, type StoreAnswer, stopped, whileBusy } from "../store-answer.ts";

export interface VaultPlace {
  readonly address: URL;
  /** PEM; null: the CAs that Node knows. */
  readonly caPem: string | null;
  /** Of Vault Enterprise and HCP; null: the root namespace. */
  readonly namespace: string | null;
  readonly patience: Patience;
}

export interface VaultCall {
  readonly method: "GET" | "POST" | "DELETE";
  /** Behind `/v1/`. */
  readonly path: string;
  readonly body?: object;
  readonly token?: string;
  /** Some paths are there in the root namespace only. */
  readonly inRoot?: true;
}

export type VaultBody = Readonly<Record<string, unknown>>;

/** One call of Vault's HTTP API (https://developer.hashicorp.com/vault/api-docs). Never throws. */
export function callVault(
  place: VaultPlace,
  call: VaultCall,
  signal: AbortSignal,
): Promise<Exclude<StoreAnswer<VaultBody>, { kind: "busy" }>> {
  return whileBusy(place.patience, signal, async (limited) => {
    try {
      return await once(place, call, limited);
    } catch (error) {
      if (signal.aborted) return stopped;
      const { message, code } = error as NodeJS.ErrnoException;
      const reason = limited.aborted ? "it did not answer in time" : message || String(code);
      return { kind: "away", reason: `Vault at ${place.address.origin}: ${reason}` };
    }
  });
}

async function once(
  { address, caPem, namespace }: VaultPlace,
  { method, path, body, token, inRoot }: VaultCall,
  signal: AbortSignal,
): Promise<StoreAnswer<VaultBody>> {
  const text = body === undefined ? null : JSON.stringify(body);
  const headers = {
    // Against servers that are led to call others: https://developer.hashicorp.com/vault/docs/concepts/request-headers
    "x-vault-request": "true",
    ...(token === undefined ? {} : { "x-vault-token": token }),
    ...(namespace === null || inRoot === true ? {} : { "x-vault-namespace": namespace }),
    ...(text === null
      ? {}
      : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
  };
  const url = new URL(`/v1/${path}`, address);
  const { promise, resolve, reject } = Promise.withResolvers<StoreAnswer<VaultBody>>();
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const options = { method, headers, signal, ...(caPem === null ? {} : { ca: caPem }) };
  request(url, options, (response) => {
    const { statusCode = 0, headers: answered } = response;
    if (statusCode === 204) {
      response.resume();
      return resolve({ kind: "answered", value: {} });
    }
    json(response).then(
      (value) => resolve(answerOf(statusCode, value, answered["retry-after"])),
      // A proxy's page, for example.
      () =>
        resolve({ kind: "away", reason: `Vault at ${address.origin} answered ${statusCode} without JSON` }),
    );
  })
    .once("error", reject)
    .end(text);
  return await promise;
}

function answerOf(status: number, value: unknown, wait: string | undefined): StoreAnswer<VaultBody> {
  const body = isBody(value) ? value : {};
  if (status < 300) return { kind: "answered", value: body };
  const errors = Array.isArray(body["errors"]) ? body["errors"].map(String) : [];
  const words = errors.map((error) => error.replaceAll(/\s+/g, " ").trim()).join("; ");
  const reason = `Vault answered ${status}${words === "" ? "" : `: ${words}`}`;
  // 412: a replica that has not seen yet what was just written.
  if (status === 429 || status === 412) return { kind: "busy", reason, retryAfter: retryAfter(wait) };
  if (status === 503) return { kind: "away", reason: "Vault is sealed, or in maintenance (503)" };
  if (status >= 500) return { kind: "away", reason };
  return { kind: "refused", status, reason, owners: [] };
}

const isBody = (value: unknown): value is VaultBody =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a path of properties. */
export function at(body: unknown, ...path: readonly string[]): unknown {
  let found = body;
  for (const property of path) found = isBody(found) ? found[property] : undefined;
  return found;
}
