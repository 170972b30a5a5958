/** One line of a text, without its end. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Null: longer than {@link longestLine}, and not kept. */
  readonly text: string | null;
}

/** Characters; a domain with 99 aliases is well below. */
export const longestLine = 65_536;

/**
 * Splits text into lines as it comes, in memory that does not grow with it. A byte order mark before the first line is
 * no part of it; a line ends with LF, CR LF or CR alone.
 */
export class LineSplitter {
  #number = 0;
  #open = "";
  #isTooLong = false;
  #isBegun = false;
  #endedInReturn = false;

  /** The lines that this piece completes. */
  split(piece: string): readonly Line[] {
    const parts = this.#continued(piece).split(/\r\n|\n|\r/);
    const last = parts.pop() ?? "";
    const lines = parts.map((part) => this.#finish(part));
    this.#isTooLong ||= this.#open.length + last.length > longestLine;
    this.#open = this.#isTooLong ? "" : this.#open + last;
    return lines;
  }

  /** The last line, where the text does not end with the end of one. */
  end(): readonly Line[] {
    return this.#open === "" && !this.#isTooLong ? [] : [this.#finish("")];
  }

  /** The piece without what belongs to no line: the mark, and the second half of a CR LF that two pieces share. */
  #continued(piece: string): string {
    if (piece === "") return piece;
    const skipped = this.#isBegun
      ? this.#endedInReturn && piece.startsWith("\n")
      : piece.startsWith("\uFEFF");
    this.#isBegun = true;
    this.#endedInReturn = piece.endsWith("\r");
    return skipped ? piece.slice(1) : piece;
  }

  #finish(rest: string): Line {
    this.#number += 1;
    const isKept = !this.#isTooLong && this.#open.length + rest.length <= longestLine;
    const text = isKept ? this.#open + rest : null;
    this.#open = "";
    this.#isTooLong = false;
    return { number: this.#number, text };
  }
}
