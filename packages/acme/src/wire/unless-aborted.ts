/**
 * Waits for a promise that others may wait for too: the signal ends this wait, not the work.
 *
 * @param onAbort runs when the signal ended the wait.
 * @throws the signal's reason.
 */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  onAbort?: () => void,
): Promise<T> {
  if (signal === undefined) return promise;
  const aborted = Promise.withResolvers<never>();
  const abort = () => {
    onAbort?.();
    aborted.reject(signal.reason);
  };
  signal.addEventListener("abort", abort);
  try {
    if (signal.aborted) abort();
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
