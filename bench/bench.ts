import type { Peer } from "../tools/peers/peer.ts";

/** What a figure is held against, in the figure's own unit. */
export type Bar =
  | { readonly kind: "under"; readonly value: number }
  | { readonly kind: "at-most"; readonly value: number }
  | { readonly kind: "at-least"; readonly value: number };

export interface Figure {
  /** In snake_case, the unit in it: a member of what `--json` prints. */
  readonly name: string;
  readonly value: number;
  /** What was measured, for a person. */
  readonly meaning: string;
  /** null: told for its own sake. */
  readonly bar: Bar | null;
}

export interface Report {
  readonly figures: readonly Figure[];
  /** Of the programs that took part beside Certmill and Node. */
  readonly versions: Readonly<Record<string, string>>;
  /** How it was measured: whatever a reader must know to judge or repeat the figures. */
  readonly conditions: readonly string[];
}

/** Said as a bench goes on: it takes a minute or two. */
export type Tell = (line: string) => void;

/** How much of it is measured; benches that have one size take no notice. */
export interface Size {
  /** Of the full size, above 0 and at most 1; null: what the bench takes by default. */
  readonly scale: number | null;
  /** Only the first so many days, where the bench has days; null: all. */
  readonly days: number | null;
  /** Of its random choices, where it has any; null: its own. */
  readonly seed: number | null;
}

export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** Programs of others that it runs. */
  readonly peers: readonly Peer[];
  /** Starts what it needs, measures, and ends what it started. */
  measure(tell: Tell, size: Size): Promise<Report>;
}
