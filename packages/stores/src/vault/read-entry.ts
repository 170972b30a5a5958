import type { StoreAnswer } from "../store-answer.ts";
import { at, type VaultBody, type VaultCall } from "./vault-call.ts";

/** One call with a token. */
export type CallVault = (call: VaultCall) => Promise<Exclude<StoreAnswer<VaultBody>, { kind: "busy" }>>;

/**
 * The texts of the newest version of an entry in a key-value store of version 2, whatever its fields are called; null: there is
 * none, or that version was deleted (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-version).
 *
 * @param path behind the mount.
 */
export async function readEntry(
  call: CallVault,
  mount: string,
  path: string,
): Promise<Exclude<StoreAnswer<readonly string[] | null>, { kind: "busy" }>> {
  const answer = await call({ method: "GET", path: `${mount}/data/${urlPath(path)}` });
  if (answer.kind === "refused" && answer.status === 404) return { kind: "answered", value: null };
  if (answer.kind !== "answered") return answer;
  const fields = at(answer.value, "data", "data");
  const values = typeof fields === "object" && fields !== null ? Object.values(fields) : [];
  return { kind: "answered", value: values.filter((value) => typeof value === "string") };
}

/** Slashes stay. */
export const urlPath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
