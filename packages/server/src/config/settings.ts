/**
 * Every setting of `certmill serve`: one table that the parser, the error messages and the reference page
 * (docs/reference/settings.md) are made from. The names are those of the file; `environmentName` says the
 * variable.
 */
import Type, { type Static } from "typebox";
import { vaultSettings } from "./vault-settings.ts";

const listenPattern = "^(\\[[0-9a-fA-F:]+\\]|[^\\s:\\[\\]]+):\\d{1,5}$";

const listen = (port: number, description: string) =>
  Type.String({
    pattern: listenPattern,
    default: `127.0.0.1:${port}`,
    description,
    expected: "host:port",
  });

const wholeDays = (usual: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 3650, default: usual, description, unit: "days" });

export const settingsSchema = Type.Object(
  {
    data_dir: Type.String({
      minLength: 1,
      default: "./certmill-data",
      description:
        "Where the embedded database, its key-encryption key and the first admin token are kept. Not used for data when database_url is set.",
    }),
    database_url: Type.Optional(
      Type.String({
        pattern: "^postgres(ql)?://",
        description:
          "PostgreSQL 15 or newer. Without it, an embedded PGlite in data_dir serves this one process.",
        expected: "postgresql://…",
        secret: true,
      }),
    ),
    database_connections: Type.Integer({
      minimum: 2,
      maximum: 200,
      default: 10,
      description: "Connections to PostgreSQL that this process opens at most.",
      unit: "connections",
    }),
    roles: Type.String({
      pattern: "^(api|worker|responder)(,(api|worker|responder))*$",
      default: "api,worker,responder",
      description: "What this process does.",
      expected: "api, worker and responder, separated by commas",
    }),
    api_listen: listen(8400, "Where the API, /metrics and the health checks are served."),
    responder_listen: listen(
      8402,
      "Where the challenge responder is served; the reverse proxies' static rule leads here.",
    ),
    metrics_listen: Type.Optional(
      Type.String({
        pattern: listenPattern,
        description:
          "Where /metrics and /livez are served beside the API, for Prometheus. Set it for processes without the role api, which have no other place for them.",
        expected: "host:port",
      }),
    ),
    key_file: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "File of the key-encryption keys. With the embedded database it is data_dir/key-encryption-keys by default and made at the first start; with PostgreSQL this or key_encryption_keys must be set.",
      }),
    ),
    key_encryption_keys: Type.Optional(
      Type.String({
        minLength: 1,
        description: "The text of a key file, instead of the file: one `<id> <32 bytes in base64>` a line.",
        secret: true,
      }),
    ),
    admin_token: Type.Optional(
      Type.String({
        minLength: 20,
        description:
          "A bearer token with the scope admin that is made known at the start. Without it the embedded mode writes one to data_dir/admin-token.",
        secret: true,
      }),
    ),
    worker_concurrency: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 32,
      description:
        "Issuances this process works on at the same time. An eighth of them are kept for emergencies and for what customers wait for.",
      unit: "issuances",
    }),
    lease_seconds: Type.Integer({
      minimum: 5,
      maximum: 3600,
      default: 60,
      description:
        "How long an issuance stays with a worker that fell silent before another goes on with it. More than a CA's validation takes.",
      unit: "seconds",
    }),
    ca_timeout_seconds: Type.Integer({
      minimum: 1,
      maximum: 300,
      default: 30,
      description: "How long one request to a CA may take.",
      unit: "seconds",
    }),
    drain_seconds: Type.Integer({
      minimum: 0,
      maximum: 8,
      default: 5,
      description: "How long running work may go on after SIGTERM before it is given back.",
      unit: "seconds",
    }),
    status_pages: Type.Union(
      ["on", "off"].map((choice) => Type.Literal(choice)),
      {
        default: "on",
        description:
          "Whether a CA's public status page is read (Let's Encrypt's, at api.status.io) for a hint to go slower. Only for a CA whose page is known.",
        expected: "on or off",
      },
    ),
    weekly_report: Type.String({
      pattern: "^(off|(sun|mon|tues|wednes|thurs|fri|satur)day ([01]?[0-9]|2[0-3]))$",
      default: "monday 7",
      description: "When webhooks are sent the weekly report, in UTC; off: never.",
      expected: "a weekday and an hour in UTC such as monday 7, or off",
    }),
    renewal_info: Type.Union(
      ["on", "off"].map((choice) => Type.Literal(choice)),
      {
        default: "on",
        description:
          "Whether a worker asks the CAs that offer it when each certificate is to be renewed (ARI, RFC 9773), several times a day. One process suffices for a million certificates.",
        expected: "on or off",
      },
    ),
    ingress_addresses: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "Where customers' names are to point: the platform's public IP addresses, and prefixes such as 192.0.2.0/24. When set, each name is checked before its first order: addresses, CAA, DNSSEC, and a request as a CA makes it. The same for every process.",
        expected: "IP addresses or prefixes, separated by commas",
      }),
    ),
    proxy_ranges: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "Addresses of proxies that may stand before the platform, such as a CDN's: names may point there, too.",
        expected: "IP addresses or prefixes, separated by commas",
      }),
    ),
    checks: Type.Union(
      ["on", "off"].map((choice) => Type.Literal(choice)),
      {
        default: "on",
        description: "Whether names are checked before their first order; only with ingress_addresses.",
        expected: "on or off",
      },
    ),
    dns_resolvers: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "Resolvers that the checks ask, in this order; they should check DNSSEC, and what they have cached is believed. Without them, each name's own servers are asked, found by walking down from dns_root_servers.",
        expected: "IP addresses, each with a :port or without, separated by commas",
      }),
    ),
    dns_root_servers: Type.String({
      minLength: 1,
      // IANA's named.root of 2024: a to m, IPv4.
      default:
        "198.41.0.4,170.247.170.2,192.33.4.12,199.7.91.13,192.203.230.10,192.5.5.241,192.112.36.4,198.97.190.53,192.36.148.17,192.58.128.30,193.0.14.129,199.7.83.42,202.12.27.33",
      description:
        "Where the checks begin to look names up: the servers of the DNS root, or of a root of your own.",
      expected: "IP addresses, each with a :port or without, separated by commas",
    }),
    dns_hook_directory: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "Where the programs are that DNS providers of the kind `exec` may run; the same on every host with a worker. Without it none is run, whatever an admin's token asks for.",
      }),
    ),
    check_allowed_ranges: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "Private, loopback and other addresses that are not on the public internet and that the checks may connect to all the same. Without it they never do, wherever a name or a redirect points.",
        expected: "IP addresses or prefixes, separated by commas",
      }),
    ),
    vantage_name: Type.Optional(
      Type.String({
        pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description:
          "This process looks at names for the checks of all others, too, as the vantage point of this name: set it, each to its own, where processes run in other places. Needs ingress_addresses and PostgreSQL.",
        expected: "lower-case letters, digits and hyphens",
      }),
    ),
    ...vaultSettings,
    give_up_first_days: wholeDays(
      7,
      "A first certificate that fails for what the customer has to put right is tried for so many days; then it is given up, and ordered again when its check turns right or somebody asks for it.",
    ),
    give_up_renewal_days: wholeDays(
      30,
      "The same of a renewal: so many days after the certificate has ended.",
    ),
    moved_after_days: wholeDays(
      7,
      "A domain with a certificate whose names lead elsewhere for so many days has moved: it is not renewed. Only while names are checked.",
    ),
    moved_kept_days: wholeDays(
      30,
      "A domain that has moved is removed after so many days, unless it comes back.",
    ),
    demands_per_domain: Type.Integer({
      minimum: 0,
      maximum: 100_000,
      default: 20,
      description:
        "So many first certificates an hour are begun for the names of a registered domain because an edge was asked for them in a handshake; more wait for their turn. 0: a handshake begins none. The same for every process.",
      unit: "certificates",
    }),
    leave_out_after: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 3,
      description:
        "After so many failures in a row that are a name's own the certificate is issued without it; it is added back when it is right. Never the first name of a domain.",
      unit: "failures",
    }),
    keys_kept_days: Type.Integer({
      minimum: 0,
      maximum: 3650,
      default: 30,
      description:
        "A private key that nothing uses any more (its domain is removed, or its certificate has a successor) is destroyed after so many days; a tenant or an edge group may have days of its own. The same for every process.",
      unit: "days",
    }),
    webhook_allowed_ranges: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "Private, loopback and other addresses that are not on the public internet and that webhooks may be sent to all the same, also without TLS (http). Without it they never are, whatever a name leads to. The same for every process.",
        expected: "IP addresses or prefixes, separated by commas",
      }),
    ),
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
    log_level: Type.Union(
      ["debug", "info", "warn", "error"].map((level) => Type.Literal(level)),
      {
        default: "info",
        description: "What is logged, as JSON lines on standard error.",
        expected: "debug, info, warn or error",
      },
    ),
  },
  { additionalProperties: false },
);

export type RawSettings = Static<typeof settingsSchema>;
export type SettingName = keyof typeof settingsSchema.properties;

export const settingNames = Object.keys(settingsSchema.properties) as readonly SettingName[];

export const environmentName = (setting: SettingName): string =>
  setting === "database_url" ? "DATABASE_URL" : `CERTMILL_${setting.toUpperCase()}`;

/** What the clients read (the CLI and the agent); no settings of the server, so not unknown ones either. */
export const clientVariables: readonly string[] = [
  "CERTMILL_URL",
  "CERTMILL_TOKEN",
  "CERTMILL_TOKEN_FILE",
  "CERTMILL_CONFIG",
];
