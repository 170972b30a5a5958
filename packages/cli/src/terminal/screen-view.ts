/** A terminal's other screen, as full-screen programs have it: what was there before comes back at the end. */
export class ScreenView implements Disposable {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    stream.write(`${escape}[?1049h${escape}[?25l`);
  }

  /** Draws over what is there, so that nothing flickers. */
  draw(text: string): void {
    const lines = text.split("\n").map((line) => `${line}${escape}[K`);
    this.#stream.write(`${escape}[H${lines.join("\r\n")}${escape}[J`);
  }

  [Symbol.dispose](): void {
    this.#stream.write(`${escape}[?25h${escape}[?1049l`);
  }
}

const escape = "\u001B";
