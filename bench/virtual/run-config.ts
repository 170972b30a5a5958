import { hours, minutes, parseRange, seconds } from "@certmill/domain";
import type { Config } from "@certmill/server";

/** Of the process that acts as the operator and the customers. */
export const adminToken = "cm_virtual_admin_token_of_a_run";

export interface RunConfigParts {
  readonly databaseUrl: string;
  readonly keyText: string;
  readonly roles: readonly ("api" | "worker")[];
  readonly upkeep: Upkeep | null;
}

/** What keeps a fleet for years: checks of names, which look here on loopback, and renewal information. */
export interface Upkeep {
  readonly dnsPort: number;
  readonly httpPort: number;
}

/** Where everything is: the root of the DNS, and where names are to lead. */
export const loopback = "127.0.0.1";

/** For a run in virtual time: workers are woken by notifications, and hardly ever look without one. */
export function runConfig({ databaseUrl, keyText, roles, upkeep }: RunConfigParts): Config {
  const free = { host: "127.0.0.1", port: 0 };
  return {
    dataDir: "",
    database: { kind: "postgresql", url: databaseUrl, connections: 10 },
    roles: new Set(roles),
    apiListen: free,
    responderListen: free,
    keys: { kind: "text", text: keyText },
    adminToken: roles.includes("api") ? adminToken : null,
    workerConcurrency: 64,
    lease: minutes(10),
    caTimeout: seconds(30),
    drain: seconds(5),
    pollEvery: hours(6),
    statusPages: false,
    renewalInfo: upkeep !== null,
    logLevel: "error",
    ...(upkeep !== null && { checks: checksAt(upkeep) }),
  };
}

function checksAt({ dnsPort }: Upkeep): NonNullable<Config["checks"]> {
  const ranges = (text: string) => [parseRange(text)].filter((range) => range !== null);
  return {
    ingress: { ours: ranges(loopback), proxies: [] },
    allowed: ranges("127.0.0.0/8"),
    vantageName: null,
    resolver: { kind: "authoritative", roots: [{ address: loopback, port: dnsPort }] },
  };
}
