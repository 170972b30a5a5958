import { useSyncExternalStore } from "react";
import { date, dateTime, fromNow } from "../text/time.ts";

const listeners = new Set<() => void>();
let now = Date.now();
let ticking: ReturnType<typeof setInterval> | undefined;

/** One clock for all times on screen; it stands still while nothing shows one. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 10_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

export function useNow(): number {
  if (Date.now() - now > 10_000) now = Date.now();
  return useSyncExternalStore(subscribe, () => now);
}

interface InstantProps {
  readonly at: string | null;
  /** Instead of an instant that is not there. */
  readonly none?: string;
  readonly as?: "distance" | "day" | "full" | "both";
}

/** An instant as its distance from now, the whole of it on hover and for machines. */
export function Instant({ at, none = "–", as = "distance" }: InstantProps) {
  const current = useNow();
  if (at === null) return <span className="soft">{none}</span>;
  const text = {
    distance: () => fromNow(at, current),
    day: () => date(at),
    full: () => dateTime(at),
    both: () => `${dateTime(at)} (${fromNow(at, current)})`,
  }[as]();
  const isShort = as === "distance" || as === "day";
  return (
    <time dateTime={at} title={isShort ? dateTime(at) : undefined} className={isShort ? "nowrap" : undefined}>
      {text}
    </time>
  );
}
