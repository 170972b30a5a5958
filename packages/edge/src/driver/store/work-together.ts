/**
 * Does the same for each item, so many at once, to the end or to the first fault.
 *
 * @param work what is wrong; null: nothing.
 * @returns the first fault; null: none.
 */
export async function workTogether<T, F>(
  items: Iterable<T>,
  lanes: number,
  work: (item: T) => Promise<F | null>,
): Promise<F | null> {
  const rest = items[Symbol.iterator]();
  let fault: F | null = null;
  const lane = async (): Promise<void> => {
    for (let next = rest.next(); next.done !== true && fault === null; next = rest.next())
      fault = (await work(next.value)) ?? fault;
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return fault;
}
