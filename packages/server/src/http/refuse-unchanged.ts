import type { StateChange } from "../store/write/fed-list.ts";
import { Refusal } from "./refusal.ts";

/** @throws {Refusal} with `code` for a change that was not made, but from a state that is as good. */
export function refuseUnchanged<State extends string>(
  { was, changed }: StateChange<State>,
  asGood: readonly State[],
  { code, what }: { readonly code: "campaign-state" | "replacement-state"; readonly what: string },
): void {
  if (!changed && !asGood.includes(was)) throw new Refusal(code, `${what} is ${was}.`);
}
