/** Vault, reached as its own command reaches it: by VAULT_ADDR, VAULT_TOKEN, VAULT_NAMESPACE and VAULT_CACERT. */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type CallVault, callVault } from "@certmill/stores";
import { badInput } from "../command-error.ts";
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

/** Somebody waits before a terminal. */
const patience = { deadline: 30_000, busy: 60_000 };

/** @throws {CommandError} when Vault cannot be asked, or says no; that there is nothing is an answer. */
export const askVault =
  ({ token, ...place }: VaultAccess): CallVault =>
  async (call) => {
    const answer = await callVault({ ...place, patience }, { ...call, token }, new AbortController().signal);
    if (answer.kind === "away")
      throw badInput(`${answer.reason}.`, "Set VAULT_ADDR, and VAULT_CACERT where its CA is your own.");
    if (answer.kind === "refused" && answer.status !== 404) {
      const remedy = answer.status === 403 ? "Its token must be allowed to read and list there." : undefined;
      throw badInput(`${call.path}: ${answer.reason}.`, remedy);
    }
    return answer;
  };
