import { printable } from "./printable.ts";
import { lineWidth } from "./wrap.ts";

const redrawAfter = 100;
const plainLineAfter = 5_000;

/**
 * Where a long task stands, on standard error: one line that is redrawn on a terminal, a plain line every five
 * seconds elsewhere. Disposing it wipes the drawn line.
 */
export class ProgressLine implements Disposable {
  readonly #stream: NodeJS.WriteStream;
  #shownAt: number;
  #drawn = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
    this.#shownAt = stream.isTTY ? 0 : Date.now();
  }

  /** @param text is only made when it is shown; it is given the characters it may fill, null when any number. */
  update(text: (width: number | null) => string): void {
    const now = Date.now();
    if (now - this.#shownAt < (this.#stream.isTTY ? redrawAfter : plainLineAfter)) return;
    this.#shownAt = now;
    if (this.#stream.isTTY) this.#draw(text);
    else this.#stream.write(`${printable(text(null))}\n`);
  }

  /** A remark that stays, above the line. */
  note(text: string): void {
    this.#wipe();
    this.#stream.write(`${printable(text)}\n`);
  }

  [Symbol.dispose](): void {
    this.#wipe();
  }

  #draw(text: (width: number | null) => string): void {
    const width = Math.max(20, (lineWidth(this.#stream) ?? 80) - 1);
    this.#stream.write(`\r${printable(text(width)).slice(0, width)}\u001B[K`);
    this.#drawn = true;
  }

  #wipe(): void {
    if (this.#drawn) this.#stream.write("\r\u001B[K");
    this.#drawn = false;
  }
}
