import { toALabels } from "./a-labels.ts";

/** Of names and addresses as they are stored. */
const letters = /^[a-z0-9.*:-]*$/;

/** A part of names as the store has them; null: no name has it. */
export function searchText(written: string): string | null {
  const text = written.trim().toLowerCase();
  if (letters.test(text)) return text;
  // A label beyond ASCII is another text in the DNS, so it is found as a whole.
  const labels = text.split(".").map((label) => (label === "" ? "" : toALabels(label)));
  const converted = labels.join(".");
  return labels.includes(null) || !letters.test(converted) ? null : converted;
}
