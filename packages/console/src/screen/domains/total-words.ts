import type { Total } from "@certmill/api";
import { counted } from "../../text/number.ts";

const kinds: Readonly<Record<Total["kind"], string>> = {
  exact: "",
  "at-least": "more than ",
  about: "about ",
};

/** How many there are on all pages, as exactly as it is known. */
export function totalWords(total: Total | null): string {
  if (total === null) return "…";
  const text = `${kinds[total.kind]}${counted(total.count, "domain")}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
