/** One demand of a specification on clients, and what shows that the library meets it. */
export interface Clause {
  /** The document, the section, and a number within the section that never changes: "8555-6.5-2". */
  readonly id: `${string}-${string}-${number}`;
  readonly section: string;
  readonly level: Level;
  /** What is demanded, in our words. */
  readonly clause: string;
  readonly shown: Evidence;
}

/** RFC 2119's words; REQUIRED and SHALL are written as MUST, RECOMMENDED as SHOULD. */
export type Level = "MUST" | "MUST NOT" | "SHOULD" | "SHOULD NOT";

export type Evidence =
  | { readonly kind: "test"; readonly tests: readonly [TestCase, ...TestCase[]] }
  /** `why` also tells what the library gives to those whose duty it is. */
  | { readonly kind: "does-not-apply"; readonly why: string }
  /** Nobody has shown it yet. */
  | { readonly kind: "missing" };

export interface TestCase {
  /** From the repository's root. */
  readonly file: string;
  /** With the titles of the blocks around it: "nonces > are used once"; of a table of tests the title as written. */
  readonly title: string;
}

export interface Specification {
  /** What the ids of its clauses begin with. */
  readonly key: string;
  readonly title: string;
  readonly url: string;
  readonly clauses: readonly Clause[];
}

export const missing: Evidence = { kind: "missing" };

export const doesNotApply = (why: string): Evidence => ({ kind: "does-not-apply", why });

export const shownBy = (...tests: readonly [TestCase, ...TestCase[]]): Evidence => ({ kind: "test", tests });

/** Names tests of one file. */
export const testIn =
  (file: string) =>
  (title: string): TestCase => ({ file, title });
