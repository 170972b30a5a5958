import type { Tone } from "../../kit/mark.tsx";

type Detail = Readonly<Record<string, unknown>>;

/** What the CA said in its own words; null: it said nothing. */
export function authorityWords(detail: Detail): string | null {
  const words = detail["detail"];
  return typeof words === "string" && words !== "" ? words : null;
}

/** What else is known of a step, as a person reads it. */
export function detailLines(detail: Detail): readonly (readonly [name: string, value: string])[] {
  return Object.entries(detail)
    .filter(([name, value]) => name !== "detail" && value !== null && value !== "")
    .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
}

/** The sentence without the CA's words, which stand below it. */
export const withoutWords = (sentence: string, words: string | null): string =>
  words === null ? sentence : sentence.replace(` (${words})`, "");

const tones: readonly (readonly [ending: RegExp, tone: Tone])[] = [
  [/[.-](failed|refused|given-up|gave-up|delayed|paused|expiring)$/, "bad"],
  [/\.(stored|served|passed|returned|imported|propagated)$/, "good"],
];

/** How a step is marked on the line, by how its kind ends. */
export const toneOfEvent = (kind: string): Tone => tones.find(([ending]) => ending.test(kind))?.[1] ?? "rest";
