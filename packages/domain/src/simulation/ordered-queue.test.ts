import fc from "fast-check";
import { expect, test } from "vitest";
import { OrderedQueue } from "./ordered-queue.ts";

test("items come out by key, and equal ones as they went in, whatever is taken and put back between", () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant("push" as const), key: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ do: fc.constant("take" as const), key: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ do: fc.constant("put back" as const), key: fc.integer({ min: 0, max: 5 }) }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (taken) => {
      const queue = new OrderedQueue<number>();
      let model: { readonly key: number; readonly item: number }[] = [];
      for (const [item, step] of taken.entries()) {
        if (step.do === "push") {
          queue.push(step.key, item);
          model = [...model, { key: step.key, item }].sort((a, b) => a.key - b.key || a.item - b.item);
          continue;
        }
        const first = model[0];
        const expected = first !== undefined && first.key <= step.key ? first : null;
        const entry = queue.takeEntry(step.key);
        expect(entry?.item ?? null).toBe(expected?.item ?? null);
        if (entry !== null && step.do === "put back") queue.putBack(entry);
        else if (expected !== null) model = model.slice(1);
        expect(queue.size).toBe(model.length);
        expect(queue.next).toBe(model[0]?.key ?? null);
      }
    }),
  );
});
