/** Vault, reached as its own command reaches it: by VAULT_ADDR, VAULT_TOKEN, VAULT_NAMESPACE and VAULT_CACERT. */
import { readFile } from "node:fs/promises";
import { get as getHttp } from "node:http";
import { get as getHttps } from "node:https";
import { homedir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { badInput, CommandError } from "../command-error.ts";
import { fileFault } from "../file-fault.ts";

export interface VaultAccess {
  readonly address: URL;
  readonly token: string;
  readonly namespace: string | null;
  /** PEM; null: the CAs that Node knows. */
  readonly caPem: string | null;
}

/** @throws {CommandError} when the environment does not say how. */
export async function vaultAccess(environment: NodeJS.ProcessEnv): Promise<VaultAccess> {
  const { VAULT_ADDR = "https://127.0.0.1:8200", VAULT_TOKEN, VAULT_NAMESPACE, VAULT_CACERT } = environment;
  const address = URL.parse(VAULT_ADDR);
  if (address === null || !/^https?:$/.test(address.protocol))
    throw badInput(`VAULT_ADDR is no URL: ${JSON.stringify(VAULT_ADDR)}.`);
  const caPem = VAULT_CACERT === undefined ? null : await readText(`The file of VAULT_CACERT`, VAULT_CACERT);
  const token = VAULT_TOKEN ?? (await readFile(join(homedir(), ".vault-token"), "utf8").catch(() => ""));
  if (token.trim() === "")
    throw badInput("There is no token for Vault.", "Set VAULT_TOKEN, or log in by: vault login");
  return { address, token: token.trim(), namespace: VAULT_NAMESPACE ?? null, caPem };
}

const readText = (what: string, path: string): Promise<string> =>
  readFile(path, "utf8").catch((error: unknown) => {
    throw fileFault(what, "read", error);
  });

/** Milliseconds for one answer. */
const deadline = 30_000;

/**
 * What lies at a path of Vault's API, behind `/v1/`; null: nothing.
 *
 * @throws {CommandError} when Vault cannot be asked, or says no.
 */
export async function getFromVault(access: VaultAccess, path: string): Promise<unknown> {
  const { address, token, namespace, caPem } = access;
  const url = new URL(`/v1/${path}`, address);
  const headers = {
    "x-vault-request": "true",
    "x-vault-token": token,
    ...(namespace === null ? {} : { "x-vault-namespace": namespace }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const get = url.protocol === "https:" ? getHttps : getHttp;
  const options = { headers, timeout: deadline, ...(caPem === null ? {} : { ca: caPem }) };
  const asked = get(url, options, (response) => {
    json(response).then((body) => {
      const status = response.statusCode ?? 0;
      if (status === 404) resolve(null);
      else if (status === 200) resolve(body);
      else reject(refusal(path, status, body));
    }, reject);
  });
  asked.once("timeout", () => asked.destroy(new Error(`no answer within ${deadline / 1_000} s`)));
  asked.once("error", reject);
  return await promise.catch((error: unknown) => {
    if (error instanceof CommandError) throw error;
    const { message, code } = error as NodeJS.ErrnoException;
    const problem = `Vault at ${address.origin} cannot be asked: ${message || code}.`;
    throw badInput(problem, "Set VAULT_ADDR, and VAULT_CACERT where its CA is your own.");
  });
}

function refusal(path: string, status: number, body: unknown): CommandError {
  const errors = (body as { readonly errors?: unknown } | null)?.errors;
  const words = Array.isArray(errors) ? errors.map(String).join("; ").replaceAll(/\s+/g, " ") : "";
  const remedy = status === 403 ? "Its token must be allowed to read and list there." : undefined;
  return badInput(`Vault refuses ${path} (${status}${words === "" ? "" : `: ${words}`}).`, remedy);
}
