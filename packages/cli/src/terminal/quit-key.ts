import type { ReadStream } from "node:tty";

/** `q`, `Q`, Ctrl-C, Ctrl-D. */
const quits: ReadonlySet<number> = new Set([0x71, 0x51, 0x03, 0x04]);

/** Listens for `q`, and for Ctrl-C, which a terminal in raw mode does not turn into a signal. */
export class QuitKey implements Disposable {
  readonly #stream: ReadStream;
  readonly #onData: (data: Buffer) => void;

  constructor(stream: ReadStream, onQuit: () => void) {
    this.#stream = stream;
    this.#onData = (data) => {
      if (data.some((byte) => quits.has(byte))) onQuit();
    };
    stream.setRawMode(true);
    stream.on("data", this.#onData).resume();
  }

  [Symbol.dispose](): void {
    this.#stream.off("data", this.#onData).pause();
    this.#stream.setRawMode(false);
  }
}
