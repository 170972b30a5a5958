import { readFile } from "node:fs/promises";
import { type VaultLogin, vaultAddress, vaultLogin, vaultPath } from "@certmill/stores/vault-login";
import { EdgeFault } from "../../edge-fault.ts";
import type { DriverKind } from "../driver-kind.ts";
import type { DriverOptions } from "../driver-options.ts";

export const vaultKind: DriverKind = {
  usage: `Options for vault, an entry of a key-value store (version 2) for each:
  --vault-address URL    (default https://127.0.0.1:8200)
  --vault-ca-file FILE   the CA of its certificate
  --vault-namespace NAME of Vault Enterprise
  --vault-mount PATH     of the key-value store (default secret)
  --vault-prefix PATH    where in it; one edge group to a prefix
                         (default certmill)
  --vault-token-file FILE
                         log in: by a token,
  --vault-role-id-file FILE, --vault-secret-id-file FILE
                         by AppRole,
  --vault-kubernetes-role ROLE
                         or by the pod's service account
  --vault-auth-mount PATH
                         of that login (default approle, kubernetes)
                         A certificate counts as served once Vault has it,
                         unless --prove HOST:PORT says where it is
`,
  options: [
    "vault-address",
    "vault-ca-file",
    "vault-namespace",
    "vault-mount",
    "vault-prefix",
    "vault-token-file",
    "vault-role-id-file",
    "vault-secret-id-file",
    "vault-kubernetes-role",
    "vault-auth-mount",
  ],
  layout: null,
  pairs: "both",
  // Each is three calls, two of them durable in Vault's storage.
  pace: 50,
  // Whoever reads Vault does so at its own times.
  switchesWithin: 60_000,
  proveAt: null,
  plan(options) {
    const address = addressOf(options.one("vault-address") ?? "https://127.0.0.1:8200");
    const mount = pathOf("vault-mount", options.one("vault-mount") ?? "secret");
    const prefix = pathOf("vault-prefix", options.one("vault-prefix") ?? "certmill");
    const namespace = options.one("vault-namespace");
    const login = loginOf(options);
    const caFile = options.one("vault-ca-file");
    return async () => {
      const { openVaultDriver } = await import("./open-vault-driver.ts");
      const caPem = caFile === null ? null : await readCa(caFile);
      return openVaultDriver({ address, caPem, namespace, login, mount, prefix });
    };
  },
};

function loginOf(options: DriverOptions): VaultLogin {
  const authMount = options.one("vault-auth-mount");
  const login = vaultLogin({
    tokenFile: options.one("vault-token-file"),
    roleIdFile: options.one("vault-role-id-file"),
    secretIdFile: options.one("vault-secret-id-file"),
    kubernetesRole: options.one("vault-kubernetes-role"),
    authMount: authMount === null ? null : pathOf("vault-auth-mount", authMount),
  });
  if (login !== null) return login;
  throw usage(
    "--proxy vault needs one way to log in: --vault-token-file, or --vault-role-id-file and --vault-secret-id-file, or --vault-kubernetes-role",
  );
}

function addressOf(text: string): URL {
  const url = vaultAddress(text);
  if (url !== null) return url;
  throw usage(
    `--vault-address must be a URL such as https://vault.example.com:8200, not ${JSON.stringify(text)}`,
  );
}

function pathOf(name: string, text: string): string {
  const path = vaultPath(text);
  if (path !== null) return path;
  throw usage(
    `--${name} must be a path of letters, digits, dots, hyphens and underscores, not ${JSON.stringify(text)}`,
  );
}

async function readCa(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new EdgeFault("usage", `--vault-ca-file ${path} cannot be read (${error.code}).`, { cause: error });
  });
}

const usage = (problem: string): EdgeFault =>
  new EdgeFault("usage", `${problem}. See certmill edge run --help.`);
