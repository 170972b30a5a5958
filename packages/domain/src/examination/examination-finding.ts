/** One thing that an installation was examined for: what was seen, and what to do where it is wrong. */
export type ExaminedPart =
  | "database"
  | "clock"
  | "keys"
  | "work"
  | "cas"
  | "challenge"
  | "certificates"
  | "edges"
  | "webhooks";

/** Stable: scripts branch on them. */
export const examinationCodes = [
  "database-answers",
  "database-slow",
  "database-full",
  "not-ready",
  "clock-right",
  "clock-off",
  "keys-there",
  "keys-old",
  "work-in-time",
  "work-overdue",
  "ca-missing",
  "ca-answers",
  "ca-away",
  "ca-rests",
  "ca-troubled",
  "ca-spent",
  "checks-off",
  "path-untried",
  "path-right",
  "path-broken",
  "certificates-in-time",
  "certificates-ending",
  "edges-missing",
  "edges-current",
  "edge-silent",
  "edge-behind",
  "edge-half-pairs",
  "webhooks-delivered",
  "webhooks-failing",
] as const;

export type ExaminationCode = (typeof examinationCodes)[number];

export interface ExaminationFinding {
  readonly part: ExaminedPart;
  readonly code: ExaminationCode;
  /** `wrong`: something does not work, or soon will not. `note`: worth to know. */
  readonly state: "right" | "wrong" | "note";
  readonly sentence: string;
  /** What to do; null: nothing, or the sentence says it. */
  readonly fix: string | null;
}

/** Of one part, with nothing to do. */
export const right = (part: ExaminedPart, code: ExaminationCode, sentence: string): ExaminationFinding => ({
  part,
  code,
  state: "right",
  sentence,
  fix: null,
});

export const wrong = (
  part: ExaminedPart,
  code: ExaminationCode,
  words: { readonly sentence: string; readonly fix: string },
): ExaminationFinding => ({ part, code, state: "wrong", ...words });

export const note = (
  part: ExaminedPart,
  code: ExaminationCode,
  words: { readonly sentence: string; readonly fix: string | null },
): ExaminationFinding => ({ part, code, state: "note", ...words });
