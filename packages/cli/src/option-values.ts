import type { NewDomain } from "@certmill/api";
import { InvalidArgumentError } from "commander";

/** A whole number from `minimum` on. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum) return value;
    throw new InvalidArgumentError(`It must be a whole number, ${minimum} or more.`);
  };
}

/** Gathers an option that may be given more than once. */
export const repeated = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  value,
];

/** One name, or several in order of preference. */
export type WantedCas = NonNullable<NewDomain["ca"]>;

/** Names of CAs with commas between them, the preferred one first. */
export function caNames(text: string): WantedCas {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("") || new Set(names).size < names.length)
    throw new InvalidArgumentError("It must be a CA's name, or several different ones: letsencrypt,google.");
  const [only, ...others] = names;
  return only !== undefined && others.length === 0 ? only : names;
}
