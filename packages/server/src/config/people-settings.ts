/** The settings of the people before the API: where they reach it, how they sign in, what is kept of what they do; part of the table in settings.ts. */
import Type from "typebox";

export const peopleSettings = {
  public_url: Type.Optional(
    Type.String({
      pattern: "^https?://",
      description:
        "Where browsers reach the console and the API, such as https://certmill.example.com. Without it one signs in only from a browser on this machine. The same for every process.",
      expected: "https://host",
    }),
  ),
  trusted_proxies: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "Reverse proxies before the API: what they say in X-Forwarded-For is taken for the client's address, in the audit log and for the pace of signing in. Without it, the address that connects is.",
      expected: "IP addresses or prefixes, separated by commas",
    }),
  ),
  local_sign_in: Type.Union(
    ["on", "off"].map((choice) => Type.Literal(choice)),
    {
      default: "on",
      description: "Whether people sign in with a password of Certmill's own (certmill operator create).",
      expected: "on or off",
    },
  ),
  session_idle_minutes: Type.Integer({
    minimum: 5,
    maximum: 10_080,
    default: 120,
    description: "A session that is not used for so long ends. The same for every process.",
    unit: "minutes",
  }),
  session_hours: Type.Integer({
    minimum: 1,
    maximum: 720,
    default: 12,
    description: "A session ends after so long, however much it is used.",
    unit: "hours",
  }),
  audit_kept_days: Type.Integer({
    minimum: 1,
    maximum: 3650,
    default: 400,
    description: "What is older is taken out of the audit log, by processes with the role worker.",
    unit: "days",
  }),
  oidc_issuer: Type.Optional(
    Type.String({
      pattern: "^https?://",
      description:
        "A provider that people sign in with (OpenID Connect), by its issuer, such as https://id.example.com/realms/hosting. Needs public_url; the redirect URI to register there is public_url/auth/oidc/callback.",
      expected: "https://…",
    }),
  ),
  oidc_client_id: Type.Optional(
    Type.String({ minLength: 1, description: "Certmill's client there.", expected: "a text" }),
  ),
  oidc_client_secret_file: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "File of that client's secret. Without it, it is a public client (with PKCE, as every one).",
    }),
  ),
  oidc_name: Type.String({
    minLength: 1,
    maxLength: 60,
    default: "single sign-on",
    description: "What the console calls the provider: Sign in with …",
  }),
  oidc_scopes: Type.String({
    pattern: "^(\\S+ )*openid( \\S+)*$",
    default: "openid profile email",
    description: "What is asked for there.",
    expected: "scopes separated by a space, openid among them",
  }),
  oidc_name_claim: Type.String({
    minLength: 1,
    default: "preferred_username",
    description: "The claim by whose text the audit log knows somebody; without it, `sub` is.",
  }),
  oidc_role_claim: Type.String({
    minLength: 1,
    default: "groups",
    description:
      "The claim that lists somebody's groups or roles; a dot leads into an object, as in realm_access.roles.",
  }),
  oidc_roles: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "Which of these is which role: group=role, or group=role@tenant for people who see one tenant's domains only; the first that somebody has decides. Who has none does not get in.",
      expected: "group=role or group=role@tenant, separated by commas",
    }),
  ),
  oidc_tenant_claim: Type.String({
    minLength: 1,
    default: "tenant",
    description: "The claim that names the tenant of who has a role@tenant; who has none does not get in.",
  }),
  cors_origins: Type.Optional(
    Type.String({
      pattern: "^(\\*|https?://[^\\s,/]+(\\s*,\\s*https?://[^\\s,/]+)*)$",
      description:
        "Pages that may ask how a domain stands (`/v1/domains/NAME/status`) from a customer's browser, by their origins: the hosting panel's. `*`: every page, as a token is what counts. Without it none may.",
      expected: "origins such as https://panel.example, separated by commas, or *",
    }),
  ),
};
