import { hours, minutes, seconds } from "@certmill/domain";
import type { Config } from "@certmill/server";

/** Of the process that acts as the operator and the customers. */
export const adminToken = "cm_virtual_admin_token_of_a_run";

export interface RunConfigParts {
  readonly databaseUrl: string;
  readonly keyText: string;
  readonly roles: readonly ("api" | "worker")[];
}

/** For a run in virtual time: workers are woken by notifications, and hardly ever look without one. */
export function runConfig({ databaseUrl, keyText, roles }: RunConfigParts): Config {
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
    renewalInfo: false,
    logLevel: "error",
  };
}
