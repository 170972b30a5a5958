import type { Duration } from "@certmill/domain";

/** A signal that ends with another one, or after a while; to be disposed of, so that nothing is left of it. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

export function deadlineWithin(outer: AbortSignal, span: Duration): Deadline {
  const own = new AbortController();
  const end = (): void => own.abort(outer.reason);
  const timer = setTimeout(() => own.abort(new Error("It took too long.")), span);
  if (outer.aborted) end();
  else outer.addEventListener("abort", end, { once: true });
  return {
    signal: own.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      outer.removeEventListener("abort", end);
    },
  };
}
