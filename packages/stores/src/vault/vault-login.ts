/** What people write of a Vault, in options and settings, and how one comes to a token. */

/** How one comes to a token. Files are read at each use: others may write them anew. */
export type VaultLogin =
  | { readonly kind: "token"; readonly file: string }
  | {
      readonly kind: "approle";
      readonly roleIdFile: string;
      readonly secretIdFile: string;
      readonly mount: string;
    }
  | {
      readonly kind: "kubernetes";
      readonly role: string;
      readonly jwtFile: string;
      readonly mount: string;
    };

/** Null: it was not said. */
export interface VaultLoginWish {
  readonly tokenFile: string | null;
  readonly roleIdFile: string | null;
  readonly secretIdFile: string | null;
  readonly kubernetesRole: string | null;
  /** Of that login, where it is not the usual one. */
  readonly authMount: string | null;
}

/** Where a pod finds the token of its service account. */
const serviceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/** Null: it is none of the ways, or two of them. */
export function vaultLogin(wish: VaultLoginWish): VaultLogin | null {
  const { tokenFile: file, roleIdFile, secretIdFile, kubernetesRole: role, authMount } = wish;
  const ways = [file, role, roleIdFile ?? secretIdFile].filter((way) => way !== null);
  if (ways.length !== 1) return null;
  if (file !== null) return { kind: "token", file };
  if (role !== null)
    return { kind: "kubernetes", role, jwtFile: serviceAccountToken, mount: authMount ?? "kubernetes" };
  if (roleIdFile === null || secretIdFile === null) return null;
  return { kind: "approle", roleIdFile, secretIdFile, mount: authMount ?? "approle" };
}

/** Null: it is no address of a server. */
export function vaultAddress(text: string): URL | null {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
}

/** Without slashes around it; null: it cannot become part of a URL in which nothing of it means something else. */
export function vaultPath(text: string): string | null {
  const path = text.replaceAll(/^\/+|\/+$/g, "");
  return /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(path) ? path : null;
}
