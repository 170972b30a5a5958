/** The Vault that is looked into before a first order, from the settings. */
import { type Duration, seconds } from "@certmill/domain";
import { type VaultLogin, vaultAddress, vaultLogin, vaultPath } from "@certmill/stores";
import type { RawSettings } from "./settings.ts";

export interface VaultConfig {
  readonly address: URL;
  /** File of its CA, as PEM; null: the CAs that Node knows. */
  readonly caFile: string | null;
  readonly namespace: string | null;
  readonly login: VaultLogin;
  /** Of a key-value store, version 2. */
  readonly mount: string;
  readonly prefix: string;
  /** How long a domain waits for it at most. */
  readonly timeout: Duration;
}

/** @returns null when no Vault is looked into. */
export function vaultConfig(settings: RawSettings): VaultConfig | null {
  const address = vaultAddress(settings.vault_address ?? "");
  const login = loginOf(settings);
  if (address === null || login === null) return null;
  return {
    address,
    login,
    caFile: settings.vault_ca_file ?? null,
    namespace: settings.vault_namespace ?? null,
    mount: vaultPath(settings.vault_mount) ?? "",
    prefix: vaultPath(settings.vault_prefix) ?? "",
    timeout: seconds(settings.vault_timeout_seconds),
  };
}

const loginOf = (settings: RawSettings): VaultLogin | null =>
  vaultLogin({
    tokenFile: settings.vault_token_file ?? null,
    roleIdFile: settings.vault_role_id_file ?? null,
    secretIdFile: settings.vault_secret_id_file ?? null,
    kubernetesRole: settings.vault_kubernetes_role ?? null,
    authMount: vaultPath(settings.vault_auth_mount ?? ""),
  });

const pathSettings = ["vault_mount", "vault_prefix", "vault_auth_mount"] as const;
const loginSettings = [
  "vault_token_file",
  "vault_role_id_file",
  "vault_secret_id_file",
  "vault_kubernetes_role",
] as const;

/** A sentence for each thing that does not fit. */
export function vaultFaults(settings: RawSettings): string[] {
  const { vault_address: address } = settings;
  if (address === undefined) {
    const alone = loginSettings.filter((name) => settings[name] !== undefined);
    return alone.map((name) => `${name} is of use only with vault_address.`);
  }
  const faults = pathSettings
    .filter((name) => settings[name] !== undefined && vaultPath(settings[name]) === null)
    .map(
      (name) =>
        `${name} must be a path of letters, digits, dots, hyphens and underscores, not "${settings[name]}".`,
    );
  if (vaultAddress(address) === null) faults.push(`vault_address must be a URL, not "${address}".`);
  if (loginOf(settings) === null)
    faults.push(
      "vault_address needs one way to log in: vault_token_file, or vault_role_id_file and vault_secret_id_file, or vault_kubernetes_role.",
    );
  return faults;
}
