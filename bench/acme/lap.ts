/** What both clients are asked to do, and measured by: certificates of two names each. */
import { answerQuestions } from "../rig/fork-worker.ts";

export interface Lap {
  /** Of the names; a prefix that was used before means names whose authorizations the CA still has. */
  readonly prefix: string;
  readonly certificates: number;
  /** Orders under way together. */
  readonly atOnce: number;
}

export interface LapResult {
  /** User and system, of the whole process. */
  readonly cpuMs: number;
  readonly seconds: number;
  /** HTTP requests by the client's own count; null when it keeps none. */
  readonly requests: number | null;
  /** What of V8's heap is still in use after it and a collection, MB; null without --expose-gc. */
  readonly liveMb: number | null;
}

/** Gets one certificate, from the making of its key to the chain in hand. */
export type Issue = (names: readonly [string, string]) => Promise<void>;

/**
 * Runs the laps that the parent process asks for.
 *
 * @param requestsSoFar the client's own count; null when it keeps none.
 */
export async function answerLaps(issue: Issue, requestsSoFar: (() => number) | null): Promise<void> {
  await answerQuestions<LapResult>(async (lap) => {
    const before = requestsSoFar?.() ?? 0;
    const cost = await runLap(lap as Lap, issue);
    return { ...cost, requests: requestsSoFar === null ? null : requestsSoFar() - before };
  });
}

async function runLap(
  { prefix, certificates, atOnce }: Lap,
  issue: Issue,
): Promise<Omit<LapResult, "requests">> {
  const usedBefore = process.cpuUsage();
  const startedAt = performance.now();
  let started = 0;
  const issueInTurn = async () => {
    while (started < certificates) {
      const domain = `${prefix}${started}.example.com`;
      started += 1;
      await issue([domain, `www.${domain}`]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, issueInTurn));
  const { user, system } = process.cpuUsage(usedBefore);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { cpuMs: (user + system) / 1_000, seconds, liveMb: liveMb() };
}

function liveMb(): number | null {
  if (globalThis.gc === undefined) return null;
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1_000_000;
}
