import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { days, hours, minutes, seconds, usualLife } from "@certmill/domain";
import { expect, test } from "vitest";
import { type Config, ConfigInvalid, readConfig } from "../../src/config/read-config.ts";
import { environmentName, settingNames } from "../../src/config/settings.ts";

type Environment = Readonly<Record<string, string>>;

async function read(environment: Environment, file: string | null = null): Promise<Config> {
  if (file === null) return readConfig(environment, null);
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-config-"));
  const path = join(directory.path, "certmill.toml");
  await writeFile(path, file);
  return await readConfig(environment, path);
}

/** @returns the sentences, each with its fault. */
async function faultsOf(environment: Environment, file: string | null = null): Promise<readonly string[]> {
  const error = await read(environment, file).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigInvalid)) throw new Error("The configuration was accepted.", { cause: error });
  for (const fault of error.faults) expect(error.message).toContain(fault);
  return error.faults;
}

const rootServers = expect.arrayContaining([{ address: "198.41.0.4", port: 53 }]);

test("with nothing set: embedded, all roles, on loopback", async () => {
  expect(await read({})).toEqual({
    corsOrigins: [],
    dataDir: "./certmill-data",
    database: { kind: "embedded", directory: "./certmill-data" },
    roles: new Set(["api", "worker", "responder"]),
    apiListen: { host: "127.0.0.1", port: 8400 },
    responderListen: { host: "127.0.0.1", port: 8402 },
    metricsListen: null,
    keys: { kind: "file", path: "./certmill-data/key-encryption-keys" },
    adminToken: null,
    workerConcurrency: 32,
    lease: seconds(60),
    caTimeout: seconds(30),
    drain: seconds(5),
    statusPages: true,
    tracing: { tracing: null, warnings: [] },
    renewalInfo: true,
    auditKept: days(400),
    weeklyReport: { weekday: 1, hour: 7 },
    checks: null,
    vault: null,
    life: usualLife,
    webhookAllowed: [],
    dns: { allowed: [], resolver: { kind: "authoritative", roots: rootServers }, hookDirectory: null },
    signIn: {
      publicUrl: null,
      trustedProxies: [],
      local: true,
      idle: minutes(120),
      longest: hours(12),
      oidc: null,
    },
    logLevel: "info",
  });
});

test("a file, and the environment over it; an empty variable is none", async () => {
  const file = `
    data_dir = "/var/lib/certmill"
    roles = "worker,responder"
    worker_concurrency = 8
    lease_seconds = 90
    responder_listen = "[::]:80"
  `;
  const config = await read({ CERTMILL_WORKER_CONCURRENCY: "16", CERTMILL_ROLES: "", PATH: "/bin" }, file);
  expect(config).toMatchObject({
    dataDir: "/var/lib/certmill",
    roles: new Set(["worker", "responder"]),
    workerConcurrency: 16,
    lease: seconds(90),
    responderListen: { host: "::", port: 80 },
    keys: { kind: "file", path: "/var/lib/certmill/key-encryption-keys" },
  });
});

test("a database URL switches to PostgreSQL, and then the keys must be named", async () => {
  const url = "postgresql://certmill@db.test/certmill";
  expect(await faultsOf({ DATABASE_URL: url })).toEqual([
    expect.stringContaining("key_file (CERTMILL_KEY_FILE)"),
  ]);
  const config = await read({ DATABASE_URL: url, CERTMILL_KEY_FILE: "/etc/certmill/keys" });
  expect(config.database).toEqual({ kind: "postgresql", url, connections: 10 });
  expect(config.keys).toEqual({ kind: "file", path: "/etc/certmill/keys" });
});

test("a vantage point is one of a database that others share, and of names that are checked", async () => {
  const checked = { CERTMILL_VANTAGE_NAME: "paris", CERTMILL_INGRESS_ADDRESSES: "192.0.2.1" };
  const shared = { DATABASE_URL: "postgresql://db.test/certmill", CERTMILL_KEY_FILE: "/etc/certmill/keys" };
  expect((await read({ ...checked, ...shared })).checks?.vantageName).toBe("paris");
  for (const lacking of [checked, { ...shared, CERTMILL_VANTAGE_NAME: "paris" }])
    expect(await faultsOf(lacking)).toEqual([
      expect.stringContaining("vantage_name (CERTMILL_VANTAGE_NAME)"),
    ]);
});

test("every fault is told at once, each with the setting's name in the file and the environment", async () => {
  const environment = {
    CERTMILL_ROLES: "api,wroker",
    CERTMILL_API_LISTEN: "8400",
    CERTMILL_WORKER_CONCURRENCY: "many",
    CERTMILL_LEASE_SECONDS: "1",
    CERTMILL_DRAIN_SECONDS: "60",
    CERTMILL_CA_TIMEOUT_SECONDS: "1.5",
    CERTMILL_LOG_LEVEL: "loud",
    CERTMILL_PORT: "80",
    DATABASE_URL: "mysql://db.test/certmill",
  };
  const faults = await faultsOf(environment, 'colour = "blue"\nroles = 7\n[section]\nx = 1\n');
  for (const part of [
    'roles (CERTMILL_ROLES) must be api, worker and responder, separated by commas, not "api,wroker".',
    'api_listen (CERTMILL_API_LISTEN) must be host:port, not "8400".',
    'worker_concurrency (CERTMILL_WORKER_CONCURRENCY) must be a whole number from 1 to 1000, not "many".',
    "lease_seconds (CERTMILL_LEASE_SECONDS) must be a whole number from 5 to 3600, not 1.",
    "drain_seconds (CERTMILL_DRAIN_SECONDS) must be a whole number from 0 to 8, not 60.",
    "ca_timeout_seconds (CERTMILL_CA_TIMEOUT_SECONDS)",
    'log_level (CERTMILL_LOG_LEVEL) must be debug, info, warn or error, not "loud".',
    "database_url (DATABASE_URL) must be postgresql://…",
    "The environment variable CERTMILL_PORT is no setting.",
    '"colour" is no setting.',
    '"section" is no setting.',
  ]) {
    expect(faults).toContainEqual(expect.stringContaining(part));
  }
  expect(faults).toHaveLength(11);
});

test.each([
  ["is missing", null],
  ["is not TOML", "roles = = worker"],
])("a file that %s is told with its path", async (_, text) => {
  const faults =
    text === null
      ? await readConfig({}, "/nonexistent/certmill.toml").catch((error: ConfigInvalid) => error.faults)
      : await faultsOf({}, text);
  expect(faults).toEqual([expect.stringMatching(/certmill\.toml cannot be read: \S/)]);
});

test("contradictions are told", async () => {
  const both = { CERTMILL_KEY_FILE: "keys", CERTMILL_KEY_ENCRYPTION_KEYS: "id x" };
  expect(await faultsOf(both)).toEqual([expect.stringContaining("are both set: keep one.")]);
  expect(await faultsOf({ CERTMILL_API_LISTEN: "localhost:70000" })).toEqual([
    "api_listen (CERTMILL_API_LISTEN) has a port above 65535.",
  ]);
});

test("what is secret is in no message, however wrong it is", async () => {
  const secret = "hunter2";
  const wrong = {
    DATABASE_URL: `mysql://certmill:${secret}@db.test/certmill`,
    CERTMILL_ADMIN_TOKEN: secret,
    CERTMILL_ROLES: "none",
  };
  const faults = await faultsOf(wrong);
  expect(faults).toHaveLength(3);
  for (const fault of faults) expect(fault).not.toContain(secret);
  const keys = await faultsOf({ CERTMILL_KEY_FILE: "keys", CERTMILL_KEY_ENCRYPTION_KEYS: secret });
  for (const fault of keys) expect(fault).not.toContain(secret);
});

test("the clients' variables are no faults of the server's", async () => {
  await read({ CERTMILL_URL: "http://127.0.0.1:8400", CERTMILL_TOKEN: "t", CERTMILL_TOKEN_FILE: "f" });
});

test("every setting has an environment variable of its own", () => {
  expect(new Set(settingNames.map(environmentName)).size).toBe(settingNames.length);
});

test("with ingress addresses names are checked, at their own servers or by resolvers", async () => {
  const ingress = { CERTMILL_INGRESS_ADDRESSES: "192.0.2.1, 2001:db8::/64" };
  const { checks } = await read({ ...ingress, CERTMILL_PROXY_RANGES: "198.51.100.0/24" });
  expect(checks?.ingress.ours.map(({ version }) => version)).toEqual([4, 6]);
  expect(checks?.ingress.proxies).toHaveLength(1);
  expect(checks?.allowed).toEqual([]);
  expect(checks?.resolver).toMatchObject({ kind: "authoritative" });
  const resolvers = { CERTMILL_DNS_RESOLVERS: "192.0.2.53 [2001:db8::53]:5353 2001:db8::54 127.0.0.1:54" };
  expect((await read({ ...ingress, ...resolvers })).checks?.resolver).toEqual({
    kind: "forwarding",
    servers: [
      { address: "192.0.2.53", port: 53 },
      { address: "2001:db8::53", port: 5353 },
      { address: "2001:db8::54", port: 53 },
      { address: "127.0.0.1", port: 54 },
    ],
  });
  expect((await read({ ...ingress, CERTMILL_CHECKS: "off" })).checks).toBeNull();
});

test("what is no address is told, each entry with its setting", async () => {
  const wrong = {
    CERTMILL_INGRESS_ADDRESSES: "192.0.2.1,edge.example.com,192.0.2.0/40",
    CERTMILL_DNS_ROOT_SERVERS: "1.2.3.4:99999",
  };
  expect(await faultsOf(wrong)).toEqual([
    'ingress_addresses (CERTMILL_INGRESS_ADDRESSES) must be IP addresses or prefixes such as 192.0.2.0/24, not "edge.example.com".',
    'ingress_addresses (CERTMILL_INGRESS_ADDRESSES) must be IP addresses or prefixes such as 192.0.2.0/24, not "192.0.2.0/40".',
    'dns_root_servers (CERTMILL_DNS_ROOT_SERVERS) must be IP addresses, each with a :port or without, not "1.2.3.4:99999".',
  ]);
});

test("what is decided of a domain's life is read in days", async () => {
  const { life } = await read({ CERTMILL_GIVE_UP_FIRST_DAYS: "3", CERTMILL_MOVED_KEPT_DAYS: "90" });
  expect(life).toEqual({
    ...usualLife,
    giveUp: { ...usualLife.giveUp, firstAfter: days(3) },
    movedKept: days(90),
  });
});

const provider = {
  CERTMILL_PUBLIC_URL: "https://certmill.example.com",
  CERTMILL_OIDC_ISSUER: "https://id.example.com/realms/hosting",
  CERTMILL_OIDC_CLIENT_ID: "certmill",
  CERTMILL_OIDC_ROLES: "certmill-admins=admin, helpdesk = support, cn=x=viewer@tenant",
};

test("a sign-in provider, with its groups in the order of the setting", async () => {
  const { signIn } = await read({ ...provider, CERTMILL_TRUSTED_PROXIES: "192.0.2.0/24" });
  expect(signIn?.publicUrl?.origin).toBe("https://certmill.example.com");
  expect(signIn?.trustedProxies).toHaveLength(1);
  expect(signIn?.oidc).toMatchObject({
    clientId: "certmill",
    clientSecretFile: null,
    scopes: "openid profile email",
    roles: [
      { group: "certmill-admins", role: "admin", ofTenant: false },
      { group: "helpdesk", role: "support", ofTenant: false },
      { group: "cn=x", role: "viewer", ofTenant: true },
    ],
  });
});

test.each([
  ["an address in the clear", { CERTMILL_PUBLIC_URL: "http://certmill.example.com" }, "public_url"],
  ["an address with a path", { CERTMILL_PUBLIC_URL: "https://example.com/certmill" }, "public_url"],
  [
    "a host that only begins like loopback",
    { CERTMILL_PUBLIC_URL: "http://127.0.0.1.evil.test" },
    "public_url",
  ],
  ["an issuer in the clear", { CERTMILL_OIDC_ISSUER: "http://id.example.com" }, "oidc_issuer"],
  ["no client", { CERTMILL_OIDC_CLIENT_ID: "" }, "oidc_client_id"],
  ["no public address", { CERTMILL_PUBLIC_URL: "" }, "public_url"],
  ["no roles", { CERTMILL_OIDC_ROLES: "" }, "oidc_roles"],
  ["a role that there is not", { CERTMILL_OIDC_ROLES: "admins=root" }, 'not "admins=root"'],
  ["a role bound to something else", { CERTMILL_OIDC_ROLES: "x=viewer@acme" }, 'not "x=viewer@acme"'],
  ["no range of proxies", { CERTMILL_TRUSTED_PROXIES: "proxy" }, "trusted_proxies"],
])("signing in: %s", async (_, environment, told) => {
  expect((await faultsOf({ ...provider, ...environment })).join("\n")).toContain(told);
});

test("on this machine's own address plain HTTP does", async () => {
  const { signIn } = await read({ CERTMILL_PUBLIC_URL: "http://localhost:8400" });
  expect(signIn?.publicUrl?.origin).toBe("http://localhost:8400");
});

test("a Vault to look into, and what is missing or wrong of it", async () => {
  const address = { CERTMILL_VAULT_ADDRESS: "https://vault.test:8200" };
  const { vault } = await read({ ...address, CERTMILL_VAULT_TOKEN_FILE: "/run/token" });
  expect(vault).toEqual({
    address: new URL("https://vault.test:8200"),
    login: { kind: "token", file: "/run/token" },
    caFile: null,
    namespace: null,
    mount: "secret",
    prefix: "certmill",
    timeout: seconds(3),
  });
  const appRole = { CERTMILL_VAULT_ROLE_ID_FILE: "/role", CERTMILL_VAULT_SECRET_ID_FILE: "/secret" };
  const found = await read({ ...address, ...appRole, CERTMILL_VAULT_PREFIX: "/customers/tls/" });
  expect(found.vault).toMatchObject({
    prefix: "customers/tls",
    login: { kind: "approle", mount: "approle" },
  });
  const oneWay = expect.stringMatching(/^vault_address needs one way to log in: /);
  expect(await faultsOf(address)).toEqual([oneWay]);
  expect(await faultsOf({ ...address, ...appRole, CERTMILL_VAULT_TOKEN_FILE: "/run/token" })).toEqual([
    oneWay,
  ]);
  expect(await faultsOf({ CERTMILL_VAULT_TOKEN_FILE: "/run/token" })).toEqual([
    "vault_token_file is of use only with vault_address.",
  ]);
  const upwards = { ...address, CERTMILL_VAULT_TOKEN_FILE: "/t", CERTMILL_VAULT_PREFIX: "../sys" };
  expect(await faultsOf(upwards)).toEqual([expect.stringMatching(/^vault_prefix must be a path /)]);
});
