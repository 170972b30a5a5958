import type { StateChange } from "../store/write/fed-list.ts";
import { Refusal } from "./refusal.ts";

/** How somebody is told that a list is not in a state for what they want. */
interface Unchanged<State extends string> {
  readonly code: "campaign-state" | "replacement-state";
  /** What it is, as a sentence begins with it. */
  readonly what: string;
  readonly wish: "started" | "paused" | "resumed" | "cancelled";
  /** What there is to know, or to do, in a state that does not allow it, as a sentence. */
  readonly next: Readonly<Partial<Record<State, string>>>;
}

/** @throws {Refusal} for a change that was not made, but from a state that is as good. */
export function refuseUnchanged<State extends string>(
  { was, changed }: StateChange<State>,
  asGood: readonly State[],
  { code, what, wish, next }: Unchanged<State>,
): void {
  if (changed || asGood.includes(was)) return;
  throw new Refusal(code, [`${what} is ${was} and cannot be ${wish}.`, next[was] ?? ""].join(" ").trim());
}
