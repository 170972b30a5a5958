/** What a proxy needs on its disk before the agent can bring it certificates. */
export interface Setup {
  /** The proxy's name, for sentences. */
  readonly proxy: string;
  /** Debian's packages. */
  readonly packages: readonly string[];
  /** Made with their mode and owner if they are not there. */
  readonly folders: readonly SetupFolder[];
  readonly files: readonly SetupFile[];
  /** Files with a secret of this machine's own: made once, never looked into. */
  readonly secrets: readonly SetupSecret[];
  /** Where is kept what was written, to tell it from what an operator changed. */
  readonly recordPath: string;
  /** Ends with 0 when the proxy takes its configuration. */
  readonly check: readonly [program: string, ...args: string[]];
  /** What to do about words of the proxy that are to be expected. */
  readonly remedies: readonly { readonly words: RegExp; readonly remedy: string }[];
  /** What is left to do by hand, as lines. */
  readonly next: readonly string[];
}

export interface SetupFolder {
  readonly path: string;
  readonly mode: number;
  /** A user's name; null: whoever makes it. */
  readonly owner: string | null;
}

export interface SetupFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

export interface SetupSecret {
  readonly path: string;
  readonly mode: number;
  readonly owner: string | null;
  /** What it is, for the person: "a fallback certificate, signed by itself". */
  readonly what: string;
  readonly make: () => Promise<string>;
}

/** A kind of proxy that `certmill edge install` knows. */
export interface SetupKind {
  readonly summary: string;
  /** Its own options, as they stand in the usage. */
  readonly usage: string;
  /** By name, each with a value. */
  readonly options: readonly string[];
  /**
   * @param values of the options that were given, by name.
   * @throws {EdgeFault} `usage`, for the first fault.
   */
  plan(values: ReadonlyMap<string, string>): Promise<Setup>;
}
