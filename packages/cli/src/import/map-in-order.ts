/**
 * Does `work` for up to `width` items at once and gives the results in the items' order. Nothing more is taken
 * from `source` while the oldest item is not done: what is held is bounded.
 *
 * @throws what the work of an item threw, after the results of all items before it.
 */
export async function* mapInOrder<Item, Result>(
  source: AsyncIterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  for await (const item of source) {
    const result = work(item);
    // Its turn to be looked at comes later; until then a rejection is not unhandled.
    result.catch(() => undefined);
    running.push(result);
    const oldest = running.length < width ? undefined : running.shift();
    if (oldest !== undefined) yield await oldest;
  }
  for (const result of running) yield await result;
}
