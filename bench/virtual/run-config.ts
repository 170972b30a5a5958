import { hours, type Instant, minutes, parseRange, seconds } from "@certmill/domain";
import type { Config } from "@certmill/server";

/** Of the process that acts as the operator and the customers. */
export const adminToken = "cm_virtual_admin_token_of_a_run";

export interface RunConfigParts {
  readonly databaseUrl: string;
  readonly keyText: string;
  readonly roles: readonly ("api" | "worker")[];
  readonly upkeep: Upkeep;
}

/** How the names of a run are checked before they are ordered. */
export type Upkeep = LookedAt | Told;

/** By packets, to name servers and a responder here on loopback; renewal information is asked for, too. */
export interface LookedAt {
  readonly kind: "looked-at";
  readonly dnsPort: number;
  readonly httpPort: number;
}

/** What would be seen is told by the names (names.ts). Certificates are renewed by their lifetime. */
export interface Told {
  readonly kind: "told";
  /** When those that are right later are. */
  readonly rightFrom: Instant;
}

/** Where everything is: the root of the DNS, and where names are to lead. */
export const loopback = "127.0.0.1";

/** For a run in virtual time: workers are woken by notifications, and hardly ever look without one. */
export function runConfig({ databaseUrl, keyText, roles, upkeep }: RunConfigParts): Config {
  const free = { host: "127.0.0.1", port: 0 };
  return {
    dataDir: "",
    // A few: each of them has every statement planned anew.
    database: { kind: "postgresql", url: databaseUrl, connections: 4 },
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
    renewalInfo: upkeep.kind === "looked-at",
    logLevel: "error",
    checks: checksBy(upkeep),
  };
}

function checksBy(upkeep: Upkeep): NonNullable<Config["checks"]> {
  const roots = upkeep.kind === "told" ? [] : [{ address: loopback, port: upkeep.dnsPort }];
  const ranges = (text: string) => [parseRange(text)].filter((range) => range !== null);
  return {
    ingress: { ours: ranges(loopback), proxies: [] },
    allowed: ranges("127.0.0.0/8"),
    vantageName: null,
    resolver: { kind: "authoritative", roots },
  };
}
