/** Who somebody is here, by what their provider says of them: nobody is let in, or unbound, for want of a claim. */
import { expect, test } from "vitest";
import { type ClaimTerms, personOfClaims } from "../../src/effects/person-of-claims.ts";

const terms: ClaimTerms = {
  claims: { who: "preferred_username", groups: "groups", tenant: "tenant" },
  roles: [
    { group: "customers", role: "viewer", ofTenant: true },
    { group: "admins", role: "admin", ofTenant: false },
    { group: "helpdesk", role: "support", ofTenant: false },
  ],
};

const person = (who: string, role: string, tenant: string | null = null, displayName = who) => ({
  kind: "person",
  who,
  displayName,
  role,
  tenant,
});

test.each([
  ["one group", { groups: ["helpdesk"] }, person("7", "support")],
  ["one text instead of a list", { groups: "helpdesk" }, person("7", "support")],
  ["the first of the settings, not of the claim", { groups: ["helpdesk", "admins"] }, person("7", "admin")],
  [
    "the bound role where it comes first",
    { groups: ["admins", "customers"], tenant: "acme" },
    person("7", "viewer", "acme"),
  ],
  ["a tenant that an unbound role has", { groups: ["admins"], tenant: "acme" }, person("7", "admin")],
  [
    "a name",
    { groups: ["admins"], preferred_username: "ann", name: "Ann A." },
    person("ann", "admin", null, "Ann A."),
  ],
  ["a name that is none", { groups: ["admins"], preferred_username: " ", name: 7 }, person("7", "admin")],
])("%s", (_, claims, expected) => {
  expect(personOfClaims({ sub: "7", ...claims }, terms)).toEqual(expected);
});

test.each([
  ["no groups", {}, "no-role"],
  ["other groups", { groups: ["Admins", "admins "] }, "no-role"],
  ["groups of another form", { groups: { admins: true } }, "no-role"],
  ["no tenant", { groups: ["customers"] }, "no-tenant"],
  ["an empty tenant", { groups: ["customers"], tenant: "" }, "no-tenant"],
  ["a tenant that is no text", { groups: ["customers"], tenant: null }, "no-tenant"],
])("%s: a no", (_, claims, fault) => {
  expect(personOfClaims({ sub: "7", ...claims }, terms)).toMatchObject({ kind: "refused", fault });
});

test("a dot leads into an object, unless a claim has the whole name", () => {
  const nested = { ...terms, claims: { ...terms.claims, groups: "realm_access.roles" } };
  const keycloak = { sub: "7", realm_access: { roles: ["helpdesk"] } };
  expect(personOfClaims(keycloak, nested)).toEqual(person("7", "support"));
  expect(personOfClaims({ ...keycloak, "realm_access.roles": ["admins"] }, nested)).toEqual(
    person("7", "admin"),
  );
  const inherited = { ...terms, claims: { ...terms.claims, groups: "constructor.name" } };
  expect(personOfClaims({ sub: "7" }, inherited)).toMatchObject({ fault: "no-role" });
});
