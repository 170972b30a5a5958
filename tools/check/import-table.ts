/**
 * Who may import whom, as ARCHITECTURE.md draws it. Within `packages/*` only; tests, benches and tools may
 * import anything.
 */

export interface Permission {
  readonly package: string;
  /** Only what that package's index takes from this folder; `null` for all of it. */
  readonly part: string | null;
}

const all = (name: string): Permission => ({ package: name, part: null });

/** Packages of ours, by folder name; one that is not listed is an error. */
export const packages: Readonly<Record<string, readonly Permission[]>> = {
  domain: [],
  acme: [],
  api: [],
  // What lies in others' stores is read alike by the command, the server and the agent (docs/decisions/0043-vault-read-through.md).
  stores: [{ package: "acme", part: "x509" }],
  server: [all("domain"), all("acme"), all("api"), all("stores")],
  edge: [all("api"), all("stores"), { package: "acme", part: "challenge" }],
  // A plan without a server is made by the same pure function (docs/decisions/0012-plan-in-the-command.md).
  // It is simulated by the pure rules against the test CA's limits, which share nothing with them.
  cli: [
    all("api"),
    all("stores"),
    // Certificates that other programs keep are read here, before anything is sent.
    { package: "acme", part: "x509" },
    { package: "domain", part: "list" },
    { package: "domain", part: "plan" },
    { package: "domain", part: "simulation" },
    { package: "sim", part: "in-process" },
    { package: "sim", part: "limits" },
  ],
  // A list is read and counted in the browser, by the rules of the command (docs/decisions/0040-lists-in-the-browser.md).
  console: [all("api"), { package: "domain", part: "list" }, { package: "domain", part: "plan" }],
  // Never what it is there to check.
  sim: [
    { package: "domain", part: "time" },
    { package: "acme", part: "x509" },
  ],
};

/** The one file that may load whole processes, dynamically, so that a client command does not pay for them. */
export const processLoader = {
  package: "cli",
  file: "processes.ts",
  specifiers: [
    "@certmill/server/main",
    "@certmill/server/keys",
    "@certmill/edge/main",
    "@certmill/edge/set-up",
    "@certmill/sim/main",
  ],
} as const;

/** Entries of packages beside their indexes, which load less, and whom they are for. */
export const sideEntries: Readonly<Record<string, readonly string[]>> = {
  "@certmill/api/edge": ["edge"],
  "@certmill/stores/vault-login": ["edge"],
};

/** All that the pure core may take from outside. */
export const domainExternals: readonly string[] = ["tldts", "tr46"];

/** Inside `server`: the folders that a folder may import beside itself. */
export const serverFolders: Readonly<Record<string, readonly string[]>> = {
  config: [],
  store: [],
  observe: ["config", "store"],
  keys: ["config", "store"],
  challenge: ["store"],
  delivery: ["store"],
  checks: ["store"],
  dns: ["checks", "store"],
  effects: ["keys", "challenge", "delivery", "checks", "dns", "store"],
  work: ["store", "effects", "dns"],
  http: ["store"],
};

/** Folders of `server` whose files do not import each other: what two of them need has a place of its own. */
export const serverIslands: readonly string[] = ["http/resource"];

/**
 * Files of `server` that every folder may import. The other files beside the folders put things together:
 * they may import everything, and no folder may import them.
 */
export const serverLeaves: readonly string[] = ["clock.ts", "create-whole.ts", "storable-text.ts"];

/** Modules that only these folders of `server` may import. */
export const serverSpecialists: Readonly<Record<string, readonly string[]>> = {
  kysely: ["store"],
  pg: ["store"],
  "@electric-sql/pglite": ["store"],
  fastify: ["http"],
  "@certmill/acme": ["effects", "challenge"],
  "@certmill/stores": ["config", "effects"],
  "dns-packet": ["checks"],
  "@opentelemetry/api": ["observe"],
  "@opentelemetry/exporter-trace-otlp-proto": ["observe"],
  "@opentelemetry/resources": ["observe"],
  "@opentelemetry/sdk-trace": ["observe"],
  "@aws-sdk/client-route-53": ["dns"],
};
