import type { Receipt } from "@certmill/api/edge";
import { type Backoff, backoffAfter } from "../flow/backoff.ts";
import type { Bell } from "../flow/bell.ts";
import type { Served } from "../holding/holding.ts";
import type { Holdings } from "../holding/holdings.ts";
import type { Log } from "../log/edge-event.ts";
import { type QuietPeriod, reloadDue } from "./quiet-period.ts";
import { type CommandOutcome, runCommand } from "./run-command.ts";

export interface Reload extends QuietPeriod {
  readonly command: string;
  /** Milliseconds, after which the command is killed. */
  readonly timeout: number;
}

export interface ReloadOptions {
  /** Null: the proxy takes new files by itself. */
  readonly reload: Reload | null;
  readonly holdings: Holdings;
  readonly bell: Bell;
  readonly backoff: Backoff;
  /** Called for each certificate that a reload should have covered. */
  readonly report: (receipt: Receipt) => void;
  readonly log: Log;
}

/**
 * Has the proxy load what changed on disk, until the signal aborts: once for all changes of a quiet period,
 * never two reloads at a time. What fails is tried again later, or with the next changes. A reload that has
 * begun is waited for.
 */
export async function reloadProxy(options: ReloadOptions, signal: AbortSignal): Promise<void> {
  const { holdings, bell, backoff } = options;
  const quietPeriod = options.reload ?? { quiet: 0, mostDelay: 0 };
  let failures = 0;
  while (!signal.aborted) {
    if (holdings.unloaded.size === 0) {
      await bell.rung(null, signal);
      continue;
    }
    await changesSettled(holdings, quietPeriod, bell, signal);
    if (signal.aborted) return;
    const retryIn = backoffAfter(failures + 1, backoff);
    if (await reloadOnce(options, retryIn, signal)) {
      failures = 0;
    } else {
      failures += 1;
      await changeOrInstant(holdings, bell, Date.now() + retryIn, signal);
    }
  }
}

async function changesSettled(
  holdings: Holdings,
  quietPeriod: QuietPeriod,
  bell: Bell,
  signal: AbortSignal,
): Promise<void> {
  const firstChangeAt = Date.now();
  let lastChangeAt = firstChangeAt;
  while (!signal.aborted) {
    const due = reloadDue({ firstChangeAt, lastChangeAt }, quietPeriod);
    if (Date.now() >= due) return;
    if (await changeOrInstant(holdings, bell, due, signal)) lastChangeAt = Date.now();
  }
}

/** Waits for the next change of files, until an instant at most. @returns whether a change came. */
async function changeOrInstant(
  holdings: Holdings,
  bell: Bell,
  until: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { fileChanges } = holdings;
  while (!signal.aborted && Date.now() < until) {
    await bell.rung(until, signal);
    if (holdings.fileChanges !== fileChanges) return true;
  }
  return false;
}

/** @returns whether the proxy has loaded everything that was on disk when it began. */
async function reloadOnce(options: ReloadOptions, retryIn: number, signal: AbortSignal): Promise<boolean> {
  const { reload, holdings, log } = options;
  const covered = new Map<string, Served | null>();
  for (const lineageId of holdings.unloaded)
    covered.set(lineageId, holdings.get(lineageId)?.installed ?? null);
  const startedAt = performance.now();
  const outcome: CommandOutcome =
    reload === null ? { kind: "done" } : await runCommand(reload.command, reload.timeout, signal);
  if (outcome.kind === "failed") {
    log({ kind: "reload-failed", reason: outcome.reason, retryIn });
    reportFailed(covered, `reload failed: ${outcome.reason}`, options);
    return false;
  }
  if (reload !== null) {
    log({ kind: "reloaded", lineages: covered.size, took: performance.now() - startedAt });
  }
  holdings.markLoaded(covered);
  return true;
}

function reportFailed(
  covered: ReadonlyMap<string, Served | null>,
  error: string,
  { report }: ReloadOptions,
): void {
  const servedAt = new Date().toISOString();
  for (const [lineageId, ref] of covered) {
    if (ref !== null) report({ lineageId, certificateId: ref.certificateId, servedAt, error });
  }
}
