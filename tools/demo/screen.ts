/** A terminal's last line can be redrawn; a pipe gets plain lines only. */
export interface Screen {
  readonly isTerminal: boolean;
  /** Characters in a line; 80 where there is no terminal. */
  readonly width: number;
  line(text: string): void;
  /** Redraws the last line; nothing where it cannot be. */
  progress(text: string): void;
}

export function openScreen(stream: NodeJS.WriteStream): Screen {
  const isTerminal = stream.isTTY;
  const width = isTerminal ? Math.max(40, stream.columns - 1) : 80;
  let drawn = false;
  return {
    isTerminal,
    width,
    line: (text) => {
      stream.write(`${drawn ? "\r\u001B[K" : ""}${text}\n`);
      drawn = false;
    },
    progress: (text) => {
      if (!isTerminal) return;
      stream.write(`\r${text.slice(0, width)}\u001B[K`);
      drawn = true;
    },
  };
}
