/**
 * Every setting of `certmill serve`: one table that the parser, the error messages and the reference page
 * (docs/reference/settings.md) are made from. The names are those of the file; `environmentName` says the
 * variable.
 */
import Type, { type Static } from "typebox";
import { checkSettings } from "./check-settings.ts";
import { lifeSettings } from "./life-settings.ts";
import { peopleSettings } from "./people-settings.ts";
import { vaultSettings } from "./vault-settings.ts";

const listenPattern = "^(\\[[0-9a-fA-F:]+\\]|[^\\s:\\[\\]]+):\\d{1,5}$";

const listen = (port: number, description: string) =>
  Type.String({
    pattern: listenPattern,
    default: `127.0.0.1:${port}`,
    description,
    expected: "host:port",
  });

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
    ...checkSettings,
    ...vaultSettings,
    ...lifeSettings,
    webhook_allowed_ranges: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "Private, loopback and other addresses that are not on the public internet and that webhooks may be sent to all the same, also without TLS (http). Without it they never are, whatever a name leads to. The same for every process.",
        expected: "IP addresses or prefixes, separated by commas",
      }),
    ),
    ...peopleSettings,
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
