import type { Death } from "./mortal.ts";

/** A case that did not come to its end. */
interface Failed {
  readonly death: Death;
  readonly error: unknown;
}

export interface Deaths {
  /** How many calls the scenario makes when nobody dies. */
  readonly calls: number;
  /** Cases that run side by side: most of each may be spent waiting. */
  readonly atOnce: number;
  /**
   * At each call it dies before its effect and after it; or before it only, where calls follow each other: to have died after one is to
   * have died before the next. Or by turns, where only some of the calls are died at.
   */
  readonly effects: "both" | "before" | "by-turns";
  /** Only each so many-th call; 1 when absent. */
  readonly step?: number;
}

/**
 * Runs a scenario to its deaths, once for each.
 *
 * @returns how many cases died as they were to.
 * @throws one error that tells of all cases that failed.
 */
export async function dieEverywhere(
  { calls, atOnce, effects, step = 1 }: Deaths,
  run: (death: Death) => Promise<{ readonly diedAt: string | null }>,
): Promise<number> {
  const deaths: Death[] = [];
  for (let at = 1; at <= calls; at += step)
    for (const effect of effectsAt(effects, deaths.length)) deaths.push({ at, effect });
  const cases = deaths.values();
  const failed: Failed[] = [];
  let died = 0;
  const takeCases = async (): Promise<void> => {
    for (const death of cases) {
      try {
        if ((await run(death)).diedAt !== null) died += 1;
      } catch (error) {
        failed.push({ death, error });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeCases));
  if (failed.length > 0) throw new Error(report(failed, deaths.length));
  return died;
}

function effectsAt(effects: Deaths["effects"], casesBefore: number): readonly Death["effect"][] {
  if (effects === "both") return ["before", "after"];
  return effects === "before" || casesBefore % 2 === 0 ? ["before"] : ["after"];
}

function report(failed: readonly Failed[], all: number): string {
  const lines = failed.map(
    ({ death, error }) =>
      `died at call ${death.at}, ${death.effect} its effect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return `${failed.length} of ${all} cases failed:\n\n${lines.join("\n\n")}`;
}
