/** How people sign in, from the settings. */
import { type AddressRange, type Duration, hours, minutes } from "@certmill/domain";
import { ranges } from "./checks-config.ts";
import { environmentName, type RawSettings, type SettingName } from "./settings.ts";

export type PersonRole = "viewer" | "support" | "operator" | "admin";
const roles: readonly string[] = ["viewer", "support", "operator", "admin"] satisfies PersonRole[];

/** What somebody is who has this group (or role, as the claim has it) at the provider. */
export interface RoleOfGroup {
  readonly group: string;
  readonly role: PersonRole;
  /** Whether they are bound to the tenant that the other claim names. */
  readonly ofTenant: boolean;
}

export interface OidcConfig {
  readonly issuer: URL;
  readonly clientId: string;
  /** Null: a public client, which has none. */
  readonly clientSecretFile: string | null;
  readonly scopes: string;
  /** What the button says. */
  readonly name: string;
  readonly claims: { readonly who: string; readonly groups: string; readonly tenant: string };
  /** The first that somebody has decides. */
  readonly roles: readonly RoleOfGroup[];
}

export interface SignInConfig {
  /** Null: only from this machine. */
  readonly publicUrl: URL | null;
  readonly trustedProxies: readonly AddressRange[];
  readonly local: boolean;
  readonly idle: Duration;
  readonly longest: Duration;
  /** Null: by no provider. */
  readonly oidc: OidcConfig | null;
}

export const signInConfig = (settings: RawSettings): SignInConfig => ({
  publicUrl: settings.public_url === undefined ? null : new URL(settings.public_url),
  trustedProxies: ranges(settings.trusted_proxies),
  local: settings.local_sign_in === "on",
  idle: minutes(settings.session_idle_minutes),
  longest: hours(settings.session_hours),
  oidc: oidcConfig(settings),
});

function oidcConfig(settings: RawSettings): OidcConfig | null {
  const { oidc_issuer: issuer, oidc_client_id: clientId } = settings;
  if (issuer === undefined || clientId === undefined) return null;
  return {
    issuer: new URL(issuer),
    clientId,
    clientSecretFile: settings.oidc_client_secret_file ?? null,
    scopes: settings.oidc_scopes,
    name: settings.oidc_name,
    claims: {
      who: settings.oidc_name_claim,
      groups: settings.oidc_role_claim,
      tenant: settings.oidc_tenant_claim,
    },
    roles: mappings(settings.oidc_roles)
      .map(parseMapping)
      .filter((mapping) => mapping !== null),
  };
}

/** What is wrong with these settings, a sentence each. */
export function signInFaults(settings: RawSettings): string[] {
  const faults: string[] = [];
  const { public_url: publicUrl, oidc_issuer: issuer } = settings;
  for (const name of ["public_url", "oidc_issuer"] as const) {
    const text = settings[name];
    if (text !== undefined && !isSafe(text, name === "public_url")) {
      faults.push(
        `${told(name)} must be an https:// address${name === "public_url" ? " without a path" : ""} (http:// only on this machine's own 127.0.0.1 or localhost), not "${text}".`,
      );
    }
  }
  if (issuer !== undefined) {
    if (settings.oidc_client_id === undefined)
      faults.push(`With ${told("oidc_issuer")}, ${told("oidc_client_id")} must be set.`);
    if (publicUrl === undefined) {
      faults.push(
        `With ${told("oidc_issuer")}, ${told("public_url")} must say where browsers reach the console: the provider sends them back to it.`,
      );
    }
    if (mappings(settings.oidc_roles).length === 0) {
      faults.push(
        `With ${told("oidc_issuer")}, ${told("oidc_roles")} must say which group has which role, such as: certmill-admins=admin, helpdesk=support.`,
      );
    }
  }
  for (const mapping of mappings(settings.oidc_roles)) {
    if (parseMapping(mapping) === null) {
      faults.push(
        `${told("oidc_roles")} must be group=role or group=role@tenant, separated by commas, with a role of ${roles.join(", ")}; not "${mapping}".`,
      );
    }
  }
  return faults;
}

const told = (name: SettingName): string => `${name} (${environmentName(name)})`;

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Sessions and codes are not sent in the clear over a network. */
function isSafe(text: string, bare: boolean): boolean {
  const url = URL.parse(text);
  if (url === null || (bare && (url.pathname !== "/" || url.search !== "" || url.hash !== ""))) return false;
  if (url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && loopback.test(url.hostname));
}

const mappings = (text: string | undefined): string[] =>
  (text ?? "")
    .split(",")
    .map((mapping) => mapping.trim())
    .filter((mapping) => mapping !== "");

/** `group=role` or `group=role@tenant`; a group's name may hold what it likes but a comma. */
function parseMapping(text: string): RoleOfGroup | null {
  const [, group = "", role = "", bound] = /^(.+)=\s*([a-z]+)(@tenant)?$/.exec(text) ?? [];
  if (!roles.includes(role)) return null;
  return { group: group.trim(), role: role as PersonRole, ofTenant: bound !== undefined };
}
