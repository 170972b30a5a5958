import { type Backoff, backoffAfter } from "../flow/backoff.ts";
import type { Bell } from "../flow/bell.ts";
import { pause } from "../flow/pause.ts";
import { diskFault } from "../install/disk-fault.ts";
import type { Log } from "../log/edge-event.ts";
import { type AgentState, saveState } from "./state-file.ts";

export interface KeepStateOptions {
  readonly path: string;
  /** The state as it is now; null: nothing has changed since the last call. */
  readonly takeChanged: () => AgentState | null;
  readonly bell: Bell;
  readonly backoff: Backoff;
  readonly log: Log;
}

/**
 * Writes the state to disk whenever it has changed. Nothing waits for it: an older state on disk is a
 * consistent one, and doing again what came after it changes nothing. A disk that refuses is tried again
 * until the signal aborts.
 */
export async function keepState(options: KeepStateOptions, signal: AbortSignal): Promise<void> {
  const { path, takeChanged, bell, backoff, log } = options;
  while (!signal.aborted) {
    const state = takeChanged();
    if (state === null) {
      await bell.rung(null, signal);
      continue;
    }
    const startedAt = performance.now();
    await saveUntilDone(path, state, { backoff, log, takeChanged }, signal);
    // A large state is costly to write: at most a tenth of the time goes into it.
    await pause(9 * (performance.now() - startedAt), signal);
  }
}

async function saveUntilDone(
  path: string,
  first: AgentState,
  { backoff, log, takeChanged }: Pick<KeepStateOptions, "backoff" | "log" | "takeChanged">,
  signal: AbortSignal,
): Promise<void> {
  let state = first;
  for (let failures = 1; ; failures++) {
    try {
      await saveState(path, state);
      if (failures > 1) log({ kind: "state-kept-again" });
      return;
    } catch (error) {
      const reason = diskFault(error);
      if (reason === null) throw error;
      if (failures === 1) log({ kind: "state-unwritable", reason });
      await pause(backoffAfter(failures, backoff), signal);
      if (signal.aborted) return;
      state = takeChanged() ?? state;
    }
  }
}
