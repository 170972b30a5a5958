/**
 * The sim CA as a process of its own, over HTTPS as real CAs are: it believes every challenge, finalizes at
 * once, and sends no Retry-After, whose unit is the second.
 *
 * Argument: the file to write the root of its own HTTPS to.
 */
import { writeFileSync } from "node:fs";
import { startSimCa } from "@certmill/sim";
import { answerQuestions } from "../rig/fork-worker.ts";

/** Asked by `{}`. All since the start. */
export interface CaAccount {
  readonly directoryUrl: string;
  /** As the CA counts them, by resource. */
  readonly requests: number;
  readonly newNonces: number;
  readonly issued: number;
  readonly cpuMs: number;
}

/** All that the laps ask for. */
const RESOURCES = [
  "directory",
  "newNonce",
  "newAccount",
  "newOrder",
  "order",
  "authorization",
  "challenge",
  "finalize",
  "certificate",
] as const;

const [rootFile = ""] = process.argv.slice(2);
await using ca = await startSimCa({
  tls: true,
  alwaysValid: true,
  processing: null,
  retryAfter: { form: "none" },
});
writeFileSync(rootFile, ca.httpsRootPem ?? "");

await answerQuestions<CaAccount>(async () => {
  const counts = ca.counts();
  const { user, system } = process.cpuUsage();
  return {
    directoryUrl: ca.directoryUrl,
    requests: RESOURCES.reduce((sum, resource) => sum + counts[resource], 0),
    newNonces: counts.newNonce,
    issued: counts.issued,
    cpuMs: (user + system) / 1_000,
  };
});
