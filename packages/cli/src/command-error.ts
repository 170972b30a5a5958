import type { Ending } from "./exit-code.ts";

interface CommandErrorOptions extends ErrorOptions {
  readonly ending: Ending;
  /** What to do next, as sentences, or lines of another program; absent where the message says it all. */
  readonly hint?: string;
}

/** A command that cannot do what it was asked, in words for the person who asked. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** Stable, for `--json`. */
  readonly code: string;
  readonly ending: Ending;
  readonly hint: string | null;

  constructor(code: string, message: string, { ending, hint, ...options }: CommandErrorOptions) {
    super(message, options);
    this.code = code;
    this.ending = ending;
    this.hint = hint ?? null;
  }
}

/** Wrong words on the command line, or a file that cannot be used. */
export const badInput = (message: string, hint?: string): CommandError =>
  new CommandError("bad-input", message, { ending: "usage", ...(hint === undefined ? {} : { hint }) });
