/** One step of the path: what is seen there, and what to do where it is wrong. */
import type { FindingCode } from "../check/finding.ts";

export type PathPart = "dns" | "challenge" | "tls" | "delivery" | "vantage";

/** Of a step that no check's finding has; a check's own codes are in docs/checks.md. */
export const pathCodes = [
  "addresses",
  "connected",
  "redirected",
  "between",
  "cached",
  "answered",
  "answered-by-edge",
  "other-account",
  "responder-away",
  "not-led-here",
  "another-answers",
  "redirect-away",
  "redirect-dead",
  "busy",
  "served",
  "served-before",
  "served-other",
  "served-expired",
  "not-served",
  "nothing-held",
  "told",
  "not-told",
  "refused-by-edge",
  "half-held",
  "half-served",
  "half-told",
] as const;

export type PathCode = (typeof pathCodes)[number];

export interface PathStep {
  readonly part: PathPart;
  readonly code: PathCode | FindingCode;
  /** `wrong`: the path breaks here. `note`: worth to know. */
  readonly state: "right" | "wrong" | "note";
  /** The address that it is about; null: the name. */
  readonly address: string | null;
  readonly sentence: string;
  /** What to do; null: nothing, or the sentence says it. */
  readonly fix: string | null;
}
