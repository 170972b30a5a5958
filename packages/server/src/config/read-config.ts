/** Reads the settings once, at the start: the file, the environment over it. All faults are told at once. */
import { readFile } from "node:fs/promises";
import {
  type AddressRange,
  type Duration,
  days,
  type LifePolicy,
  seconds,
  type WeekHour,
} from "@certmill/domain";
import { parse } from "smol-toml";
import Type from "typebox";
import Value from "typebox/value";
import {
  type ChecksConfig,
  checksConfig,
  type DnsConfig,
  dnsConfig,
  ranges,
  wrongEntries,
} from "./checks-config.ts";
import {
  clientVariables,
  environmentName,
  type RawSettings,
  type SettingName,
  settingNames,
  settingsSchema,
} from "./settings.ts";

import { type SignInConfig, signInConfig, signInFaults } from "./sign-in-config.ts";
import { type TracingSettings, tracingSettings } from "./tracing-config.ts";
import { type VaultConfig, vaultConfig, vaultFaults } from "./vault-config.ts";

export type Role = "api" | "worker" | "responder";

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface Config {
  readonly dataDir: string;
  readonly database:
    | { readonly kind: "postgresql"; readonly url: string; readonly connections: number }
    | { readonly kind: "embedded"; readonly directory: string };
  readonly roles: ReadonlySet<Role>;
  readonly apiListen: ListenAddress;
  readonly responderListen: ListenAddress;
  /** Null or absent: /metrics is the API's alone. */
  readonly metricsListen?: ListenAddress | null;
  readonly keys:
    | { readonly kind: "file"; readonly path: string }
    | { readonly kind: "text"; readonly text: string };
  readonly adminToken: string | null;
  readonly workerConcurrency: number;
  readonly lease: Duration;
  /** A worker that hears of nothing looks at the database this often; a second when absent. */
  readonly pollEvery?: Duration;
  readonly caTimeout: Duration;
  readonly drain: Duration;
  /** Whether CAs' status pages are read. */
  readonly statusPages: boolean;
  readonly renewalInfo: boolean;
  /** When weeks are told; null or absent: they are not. */
  readonly weeklyReport?: WeekHour | null;
  /** How names are checked before their first order; null or absent: they are not. */
  readonly checks?: ChecksConfig | null;
  /** The Vault that is looked into before a first order; null or absent: none is. */
  readonly vault?: VaultConfig | null;
  /** Absent: the usual one. */
  readonly life?: LifePolicy;
  /** How long the audit log is. Default: 400 days. */
  readonly auditKept?: Duration;
  /** Ranges that are not public and that webhooks may be sent to all the same; absent: none. */
  readonly webhookAllowed?: readonly AddressRange[];
  /** How proofs get into the DNS; absent: as by the settings' defaults. */
  readonly dns?: DnsConfig;
  /** How people sign in; absent: as by the settings' defaults. */
  readonly signIn?: SignInConfig;
  /** Origins of pages that may ask how a domain stands; absent: none. */
  readonly corsOrigins?: readonly string[];
  readonly logLevel: string;
  /** Whether and how issuances are traced; absent: they are not. */
  readonly tracing?: TracingSettings;
}

/** One or more settings are wrong; `faults` has a sentence for each. */
export class ConfigInvalid extends Error {
  readonly code = "config-invalid";
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

/** @throws ConfigInvalid. */
export async function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  configFile: string | null,
): Promise<Config> {
  const file = configFile === null ? { values: {}, faults: [] } : await readSettingsFile(configFile);
  const fromEnvironment = readEnvironment(environment);
  const faults = [...file.faults, ...fromEnvironment.faults];
  const merged = Value.Default(settingsSchema, { ...file.values, ...fromEnvironment.values });
  faults.push(...schemaFaults(merged));
  if (faults.length > 0) throw new ConfigInvalid(faults);
  const settings = Value.Parse(settingsSchema, merged);
  const crossFaults = contradictions(settings);
  if (crossFaults.length > 0) throw new ConfigInvalid(crossFaults);
  return { ...toConfig(settings), tracing: tracingSettings(environment) };
}

/** As when nothing of it is set. */
const usual = Value.Parse(settingsSchema, Value.Default(settingsSchema, {}));
export const usualDns: DnsConfig = dnsConfig(usual);
export const usualSignIn: SignInConfig = signInConfig(usual);

interface Read {
  readonly values: Readonly<Record<string, unknown>>;
  readonly faults: readonly string[];
}

async function readSettingsFile(path: string): Promise<Read> {
  try {
    const values = parse(await readFile(path, "utf8"));
    const unknown = Object.keys(values).filter((key) => !(settingNames as readonly string[]).includes(key));
    return {
      values: Object.fromEntries(Object.entries(values).filter(([key]) => !unknown.includes(key))),
      faults: unknown.map((key) => `${path}: "${key}" is no setting. Known are: ${settingNames.join(", ")}.`),
    };
  } catch (error) {
    return { values: {}, faults: [`${path} cannot be read: ${(error as Error).message.split("\n")[0]}`] };
  }
}

function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Read {
  const values: Record<string, string | number> = {};
  for (const setting of settingNames) {
    const value = environment[environmentName(setting)];
    if (value === undefined || value === "") continue;
    const isNumber = Type.IsInteger(settingsSchema.properties[setting]) && /^\d{1,9}$/.test(value);
    values[setting] = isNumber ? Number(value) : value;
  }
  const known = new Set([...settingNames.map(environmentName), ...clientVariables]);
  const faults = Object.keys(environment)
    .filter((name) => name.startsWith("CERTMILL_") && !known.has(name))
    .map((name) => `The environment variable ${name} is no setting. See docs/reference/settings.md.`);
  return { values, faults };
}

interface Hints {
  readonly expected?: string;
  readonly secret?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

function schemaFaults(value: unknown): string[] {
  const names = new Set(
    Value.Errors(settingsSchema, value).map(({ instancePath }) => instancePath.split("/")[1] ?? ""),
  );
  return [...names]
    .filter((name): name is SettingName => name in settingsSchema.properties)
    .map((name) => {
      const hints = settingsSchema.properties[name] as Hints;
      const given = (value as Record<string, unknown>)[name];
      return `${name} (${environmentName(name)}) must be ${expectation(hints)}${hints.secret === true ? "" : `, not ${JSON.stringify(given)}`}.`;
    });
}

function expectation({ expected, minimum, maximum }: Hints): string {
  if (expected !== undefined) return expected;
  if (minimum !== undefined && maximum !== undefined) return `a whole number from ${minimum} to ${maximum}`;
  return "a text that is not empty";
}

function contradictions(settings: RawSettings): string[] {
  const faults: string[] = [];
  const { key_file: file, key_encryption_keys: text, database_url: url } = settings;
  if (file !== undefined && text !== undefined) {
    faults.push(
      "key_file (CERTMILL_KEY_FILE) and key_encryption_keys (CERTMILL_KEY_ENCRYPTION_KEYS) are both set: keep one.",
    );
  }
  if (url !== undefined && file === undefined && text === undefined) {
    faults.push(
      "With database_url (DATABASE_URL), key_file (CERTMILL_KEY_FILE) must name the file of the key-encryption keys, the same for every process. Make one with: certmill key create FILE",
    );
  }
  if (settings.vantage_name !== undefined && (url === undefined || checksConfig(settings) === null)) {
    faults.push(
      "vantage_name (CERTMILL_VANTAGE_NAME) is of use only with database_url (DATABASE_URL), which brings processes together, and ingress_addresses (CERTMILL_INGRESS_ADDRESSES), without which nothing is checked.",
    );
  }
  for (const { name, entry, expected } of wrongEntries(settings)) {
    faults.push(`${name} (${environmentName(name)}) must be ${expected}, not "${entry}".`);
  }
  for (const name of ["api_listen", "responder_listen", "metrics_listen"] as const) {
    const text = settings[name];
    if (text !== undefined && listenAddress(text).port > 65_535)
      faults.push(`${name} (${environmentName(name)}) has a port above 65535.`);
  }
  return [...faults, ...signInFaults(settings), ...vaultFaults(settings)];
}

function listenAddress(text: string): ListenAddress {
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(text.slice(colon + 1)) };
}

function toConfig(settings: RawSettings): Config {
  const { data_dir: dataDir, database_url: url, key_encryption_keys: keyText } = settings;
  return {
    dataDir,
    database:
      url === undefined
        ? { kind: "embedded", directory: dataDir }
        : { kind: "postgresql", url, connections: settings.database_connections },
    roles: new Set(settings.roles.split(",") as Role[]),
    apiListen: listenAddress(settings.api_listen),
    responderListen: listenAddress(settings.responder_listen),
    metricsListen: settings.metrics_listen === undefined ? null : listenAddress(settings.metrics_listen),
    keys:
      keyText === undefined
        ? { kind: "file", path: settings.key_file ?? `${dataDir}/key-encryption-keys` }
        : { kind: "text", text: keyText },
    adminToken: settings.admin_token ?? null,
    workerConcurrency: settings.worker_concurrency,
    lease: seconds(settings.lease_seconds),
    caTimeout: seconds(settings.ca_timeout_seconds),
    drain: seconds(settings.drain_seconds),
    statusPages: settings.status_pages === "on",
    renewalInfo: settings.renewal_info === "on",
    weeklyReport: weekHour(settings.weekly_report),
    checks: checksConfig(settings),
    vault: vaultConfig(settings),
    life: lifePolicy(settings),
    webhookAllowed: ranges(settings.webhook_allowed_ranges),
    dns: dnsConfig(settings),
    signIn: signInConfig(settings),
    auditKept: days(settings.audit_kept_days),
    corsOrigins: (settings.cors_origins ?? "")
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== ""),
    logLevel: settings.log_level,
  };
}

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

function weekHour(text: string): WeekHour | null {
  const [weekday = "", hour] = text.split(" ");
  return hour === undefined ? null : { weekday: weekdays.indexOf(weekday), hour: Number(hour) };
}

const lifePolicy = (settings: RawSettings): LifePolicy => ({
  giveUp: {
    firstAfter: days(settings.give_up_first_days),
    renewalAfter: days(settings.give_up_renewal_days),
  },
  movedAfter: days(settings.moved_after_days),
  movedKept: days(settings.moved_kept_days),
  leaveOutAfter: settings.leave_out_after,
  keysKept: days(settings.keys_kept_days),
  demandsPerDomain: settings.demands_per_domain,
});
