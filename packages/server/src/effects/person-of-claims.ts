/** What a sign-in provider's claims make of somebody here. */

/** How claims are read; one for each installation. */
export interface ClaimTerms {
  /** The claims' names; a dot leads into an object, unless there is a claim of the whole name. */
  readonly claims: { readonly who: string; readonly groups: string; readonly tenant: string };
  /** The first whose group somebody has decides. */
  readonly roles: readonly {
    readonly group: string;
    readonly role: "viewer" | "support" | "operator" | "admin";
    /** Whether they are bound to the tenant that the claim names. */
    readonly ofTenant: boolean;
  }[];
}

export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

export type ClaimedPerson =
  | {
      readonly kind: "person";
      readonly who: string;
      readonly displayName: string;
      readonly role: ClaimTerms["roles"][number]["role"];
      /** Null: bound to none. */
      readonly tenant: string | null;
    }
  | { readonly kind: "refused"; readonly fault: "no-role" | "no-tenant"; readonly detail: string };

/** Nobody is let in for want of a claim: without a group that is known, or a tenant where one is wanted, it is a no. */
export function personOfClaims(claims: Claims, terms: ClaimTerms): ClaimedPerson {
  const groups = textsOf(claimAt(claims, terms.claims.groups));
  const mapping = terms.roles.find(({ group }) => groups.includes(group));
  if (mapping === undefined) {
    const had = groups.length === 0 ? "none" : groups.join(", ");
    return {
      kind: "refused",
      fault: "no-role",
      detail: `The claim ${terms.claims.groups} has no group of oidc_roles; it has: ${had}.`,
    };
  }
  const [tenant = null] = mapping.ofTenant ? textsOf(claimAt(claims, terms.claims.tenant)) : [];
  if (mapping.ofTenant && tenant === null) {
    return {
      kind: "refused",
      fault: "no-tenant",
      detail: `The claim ${terms.claims.tenant} names no tenant, and ${mapping.group} is bound to one.`,
    };
  }
  const [who = claims.sub] = textsOf(claimAt(claims, terms.claims.who));
  const [displayName = who] = textsOf(claims["name"]);
  return { kind: "person", who: short(who), displayName: short(displayName), role: mapping.role, tenant };
}

function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split(".").reduce<unknown>((at, part) => {
    const isObject = typeof at === "object" && at !== null && Object.hasOwn(at, part);
    return isObject ? (at as Readonly<Record<string, unknown>>)[part] : undefined;
  }, claims);
}

/** A claim that is one text, or a list of them. */
const textsOf = (claim: unknown): string[] =>
  (Array.isArray(claim) ? claim : [claim]).filter(
    (one): one is string => typeof one === "string" && one.trim() !== "",
  );

/** What an audit log and a page have room for. */
const short = (text: string): string => text.slice(0, 200);
