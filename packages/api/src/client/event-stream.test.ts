import fc from "fast-check";
import { expect, test } from "vitest";
import { eventsOf, type WireEvent } from "./event-stream.ts";

/** The events of a text that comes in these pieces. */
async function read(pieces: readonly Uint8Array[]): Promise<{ events: WireEvent[]; chunks: number }> {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const events: WireEvent[] = [];
  let chunks = 0;
  for await (const event of eventsOf(body, () => (chunks += 1))) events.push(event);
  return { events, chunks };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each([
  ["event: a\ndata: 1\n\n", [{ event: "a", data: "1", id: null }]],
  ["data:1\ndata: 2\n\n", [{ event: "message", data: "1\n2", id: null }]],
  [": a comment\n\n", []],
  [
    "id: 7\nevent: a\ndata: x\n\nevent: b\ndata: y\n\n",
    [
      { event: "a", data: "x", id: "7" },
      { event: "b", data: "y", id: "7" },
    ],
  ],
  ["event: a\n\ndata: 1\n\n", [{ event: "message", data: "1", id: null }]],
  ["data: cut off\n", []],
  [
    "data: a\r\n\r\ndata: b\r\n\r\n",
    [
      { event: "message", data: "a", id: null },
      { event: "message", data: "b", id: null },
    ],
  ],
  ["unknown: 1\ndata\n\n", [{ event: "message", data: "", id: null }]],
])("%j", async (text, events) => {
  expect((await read([bytes(text)])).events).toEqual(events);
});

test("the same however it is cut, letters of several bytes among it", async () => {
  const text = 'id: ä1\r\nevent: é\r\ndata: 例え\n: c\ndata: {"a":1}\r\n\r\ndata: z\n\n';
  const whole = bytes(text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: whole.length }), { maxLength: 8 }), async (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
      const pieces = places.slice(1).map((end, i) => whole.slice(places[i], end));
      const { events, chunks } = await read(pieces);
      expect(events).toEqual((await read([whole])).events);
      expect(chunks).toBe(pieces.length);
    }),
  );
});
