/**
 * The sim CA as a process of its own, as it is started when nothing is said, or with all that makes it fast. In either
 * way it finalizes at once and sends no Retry-After, whose unit is the second.
 *
 * Arguments: `regular`, `without-tls` or `fast`; the file to write the root to that its HTTPS has.
 */
import { writeFileSync } from "node:fs";
import { type SimCaOptions, startSimCa } from "@certmill/sim";
import { answerQuestions } from "../rig/fork-worker.ts";

export type Way = "regular" | "without-tls" | "fast";

/** Asked by `{}`. All since the start. */
export interface CaSpent {
  readonly directoryUrl: string;
  readonly issued: number;
  /** User and system, of the whole process. */
  readonly cpuMs: number;
}

const [way, rootFile] = process.argv.slice(2) as [Way, string];
const ways: Readonly<Record<Way, SimCaOptions>> = {
  regular: { tls: true, alwaysValid: true },
  "without-tls": { alwaysValid: true },
  fast: { trustSignatures: true, model: () => ({ kind: "right" }) },
};
await using ca = await startSimCa({ ...ways[way], processing: null, retryAfter: { form: "none" } });
writeFileSync(rootFile, ca.httpsRootPem ?? ca.rootPem);

await answerQuestions<CaSpent>(async () => {
  const { user, system } = process.cpuUsage();
  return {
    directoryUrl: ca.directoryUrl,
    issued: ca.counts().issued,
    cpuMs: (user + system) / 1_000,
  };
});
