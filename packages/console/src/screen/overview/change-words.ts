export interface ChangeWords {
  readonly tone: "good" | "bad";
  readonly words: string;
}

/** Buckets are a tenth wide: what differs by less than a quarter is called the same. */
const noise = 0.25;

/** How a duration compares to what it was; null: about the same, or one of them is not known. */
export function changeWords(before: number | null, now: number | null): ChangeWords | null {
  if (before === null || now === null || before === 0 || now === 0) return null;
  const ratio = now / before;
  if (ratio > 1 + noise) return { tone: "bad", words: `${times(ratio)} slower` };
  if (ratio < 1 / (1 + noise)) return { tone: "good", words: `${times(1 / ratio)} faster` };
  return null;
}

const times = (ratio: number): string => (ratio >= 10 ? `${Math.round(ratio)}×` : `${ratio.toFixed(1)}×`);
