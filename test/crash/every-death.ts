import type { Death } from "./mortal.ts";

/** A case that did not come to its end. */
interface Failed {
  readonly death: Death;
  readonly error: unknown;
}

/** Cases that run side by side: most of each is spent waiting. */
const atOnce = 8;

/**
 * Runs a scenario once for each of its calls and for both kinds of death there.
 *
 * @param calls how many the scenario makes when nobody dies; one more or less in a single run is no matter.
 * @returns how many cases died as they were to.
 * @throws one error that tells of all cases that failed.
 */
export async function dieEverywhere(
  calls: number,
  run: (death: Death) => Promise<{ readonly diedAt: string | null }>,
): Promise<number> {
  const deaths = Array.from({ length: calls }, (_, index) => index + 1).flatMap((at): Death[] => [
    { at, effect: "before" },
    { at, effect: "after" },
  ]);
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

function report(failed: readonly Failed[], all: number): string {
  const lines = failed.map(
    ({ death, error }) =>
      `died at call ${death.at}, ${death.effect} its effect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return `${failed.length} of ${all} cases failed:\n\n${lines.join("\n\n")}`;
}
