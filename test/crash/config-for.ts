import { minutes, seconds } from "@certmill/domain";
import type { Config } from "@certmill/server";
import { newKeyLine, parseKeyRing } from "../../packages/server/src/keys/key-ring.ts";

/** Longer than any case, in the time of its clock. */
export const lease = minutes(5);
const keyText = newKeyLine(new Date(0));
export const keyRing = parseKeyRing(keyText);

/** A process that issues and answers challenges, one issuance after the other so that its calls keep their order. */
export function configFor(database: Config["database"]): Config {
  const free = { host: "127.0.0.1", port: 0 };
  return {
    dataDir: database.kind === "embedded" ? database.directory : "",
    database,
    roles: new Set(["worker", "responder"]),
    apiListen: free,
    responderListen: free,
    keys: { kind: "text", text: keyText },
    adminToken: "crash-admin-token-of-a-test",
    workerConcurrency: 1,
    lease,
    caTimeout: seconds(10),
    drain: seconds(5),
    statusPages: false,
    renewalInfo: false,
    logLevel: "error",
  };
}
