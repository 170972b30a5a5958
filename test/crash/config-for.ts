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
    // A second is 50 ms of its clock: the loops that hear of nothing took more of the processor than what is looked at.
    pollEvery: seconds(20),
    caTimeout: seconds(10),
    drain: seconds(5),
    statusPages: false,
    renewalInfo: false,
    logLevel: "error",
  };
}
