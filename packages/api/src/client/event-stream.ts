/** Server-sent events as they come over the wire (WHATWG HTML section 9.2.6). */

/** One event: its name, its data as a text, and the id in force with it. */
export interface WireEvent {
  readonly event: string;
  readonly data: string;
  /** Null: no event had one yet. */
  readonly id: string | null;
}

/** Told of each chunk, a comment among them: the other side is alive. */
export type OnChunk = () => void;

/** The events of a body, as they come. What a broken connection cuts off is not an event. */
export async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  onChunk: OnChunk,
): AsyncGenerator<WireEvent, void, undefined> {
  const decoder = new TextDecoder();
  const parser = new EventParser();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onChunk();
      yield* parser.add(decoder.decode(value, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

class EventParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #id: string | null = null;

  *add(text: string): Generator<WireEvent, void, undefined> {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line !== "") this.#field(line);
      else if (this.#data.length > 0) yield this.#take();
      else this.#event = "";
    }
  }

  #take(): WireEvent {
    const event = { event: this.#event || "message", data: this.#data.join("\n"), id: this.#id };
    this.#event = "";
    this.#data = [];
    return event;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
  }
}
