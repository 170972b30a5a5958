/** The settings of the Vault that is looked into before a first order; part of the table in settings.ts. */
import Type from "typebox";

const file = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

export const vaultSettings = {
  vault_address: Type.Optional(
    Type.String({
      pattern: "^https?://",
      description:
        "A Vault, such as https://vault.example.com:8200, whose key-value store (version 2) is looked into before a first order: a valid certificate for the same names is taken over instead. Needs a way to log in. The same for every process with the role worker.",
      expected: "https://host:port",
    }),
  ),
  vault_mount: Type.String({
    minLength: 1,
    default: "secret",
    description: "Where that store is mounted.",
    expected: "a path of letters, digits, dots, hyphens and underscores",
  }),
  vault_prefix: Type.String({
    minLength: 1,
    default: "certmill",
    description:
      "Where its entries are in that store, called as the edge agent calls them: shop.example.com, wildcard.example.com.",
    expected: "a path of letters, digits, dots, hyphens and underscores",
  }),
  vault_token_file: file(
    "Logs in to that Vault by the token in this file; it is read again when the token is refused.",
  ),
  vault_role_id_file: file(
    "Logs in to that Vault by AppRole: the file of the role's id. Needs vault_secret_id_file.",
  ),
  vault_secret_id_file: file("The file of the secret id, for vault_role_id_file."),
  vault_kubernetes_role: Type.Optional(
    Type.String({
      minLength: 1,
      description: "Logs in to that Vault by the pod's service account, as this role.",
    }),
  ),
  vault_auth_mount: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "Where AppRole or Kubernetes is mounted among Vault's auth methods. Default: approle, kubernetes.",
      expected: "a path of letters, digits, dots, hyphens and underscores",
    }),
  ),
  vault_namespace: Type.Optional(
    Type.String({ minLength: 1, description: "A namespace of Vault Enterprise." }),
  ),
  vault_ca_file: file("The CA of Vault's certificate, as PEM. Without it, those that Node knows."),
  vault_timeout_seconds: Type.Integer({
    minimum: 1,
    maximum: 30,
    default: 3,
    description:
      "How long a domain waits for Vault at most, all reads and the login together. Once Vault has failed, nobody waits for it for half a minute.",
    unit: "seconds",
  }),
};
