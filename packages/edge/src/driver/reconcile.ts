import type { Served } from "../holding/holding.ts";
import { plainSerial } from "../proof/handshake.ts";
import type { Delivery, DriverOutcome } from "./driver.ts";
import type { PushOptions } from "./push-lineage.ts";

/**
 * Compares what the proxy has loaded with what is thought to be. What it lacks becomes work; what it has and nobody
 * knows of is removed. A proxy that has nothing, or cannot tell, is given everything.
 */
export async function reconcile(options: PushOptions, signal: AbortSignal): Promise<DriverOutcome> {
  const listed = await options.driver.list(signal);
  if (listed === null || listed.size === 0) return await loadAll(options, signal);
  takeForLoaded(listed, options);
  return await removeStrays(listed, options, signal);
}

/** Everything at once. What the proxy refuses that way is given to it again one by one, and then told with a reason. */
async function loadAll(
  { driver, holdings, directory, log }: PushOptions,
  signal: AbortSignal,
): Promise<DriverOutcome> {
  const given = new Map<string, Served>();
  async function* all(): AsyncGenerator<Delivery, void, undefined> {
    for (const { lineageId, twinOf, installed } of holdings.all()) {
      if (installed === null) continue;
      const pair = await directory.read(lineageId, installed);
      if (pair === null) continue;
      given.set(lineageId, installed);
      yield { lineageId, names: installed.names, twinOf, ref: installed, pair };
    }
  }
  const outcome = await driver.load(all(), signal);
  const loaded = outcome.kind === "done" ? given : new Map<string, Served>();
  const states = [...holdings.ids()].map((lineageId) => [lineageId, loaded.get(lineageId) ?? null] as const);
  holdings.markLoaded(new Map(states));
  if (outcome.kind === "done" && given.size > 0) log({ kind: "loaded-all", lineages: given.size });
  return outcome;
}

/** The proxy's own word is taken for what it has loaded. */
function takeForLoaded(listed: ReadonlyMap<string, string>, { holdings, log }: PushOptions): void {
  const found = new Map<string, Served | null>();
  for (const { lineageId, installed, loaded } of holdings.all()) {
    const serial = listed.get(lineageId);
    const isLoaded = (served: Served | null) => served !== null && plainSerial(served.serial) === serial;
    if (isLoaded(loaded) || (loaded === null && serial === undefined)) continue;
    found.set(lineageId, isLoaded(installed) ? installed : null);
  }
  if (found.size === 0) return;
  log({ kind: "proxy-differs", lineages: found.size });
  holdings.markLoaded(found);
}

async function removeStrays(
  listed: ReadonlyMap<string, string>,
  { driver, holdings }: PushOptions,
  signal: AbortSignal,
): Promise<DriverOutcome> {
  for (const lineageId of listed.keys()) {
    if (holdings.has(lineageId)) continue;
    const outcome = await driver.remove({ lineageId, names: [] }, signal);
    if (outcome.kind === "away") return outcome;
  }
  return { kind: "done" };
}
