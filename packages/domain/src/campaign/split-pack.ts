import type { FailureCode } from "../failure/failure-code.ts";
import type { IssuanceInput } from "../issuance/input.ts";

/** A certificate that several customers shared, after some of their names have failed. */
export interface SplitPack {
  /** Goes on together, at once; in the order it had. */
  readonly rest: readonly [string, ...string[]];
  /** Each for itself from now on: a name that failed, with its `www.` companion. */
  readonly apart: readonly (readonly [string, ...string[]])[];
}

/** @returns null when nothing is left that could go on without those that failed. */
export function splitPack(names: readonly string[], failed: readonly string[]): SplitPack | null {
  const groups = new Map<string, [string, ...string[]]>();
  for (const name of names.filter((each) => failed.includes(each))) {
    const bare = withoutWww(name);
    if (groups.has(bare)) continue;
    const [first = name, ...others] = names.filter((each) => withoutWww(each) === bare);
    groups.set(bare, [first, ...others]);
  }
  const [first, ...others] = names.filter((name) => !groups.has(withoutWww(name)));
  if (groups.size === 0 || first === undefined) return null;
  return { rest: [first, ...others], apart: [...groups.values()] };
}

const withoutWww = (name: string): string => name.replace(/^www\./, "");

/** Refusals of a whole order that are about single names, which the CA tells in words. */
const aboutNames: ReadonlySet<FailureCode> = new Set(["name-rejected", "name-paused", "caa"]);

/** The names for which an issuance has failed, as far as the CA tells; none when it is about no name. */
export function failedNames(
  names: readonly string[],
  input: IssuanceInput,
  { cause, detail }: { readonly cause: FailureCode; readonly detail: string },
): readonly string[] {
  if (input.kind === "authorizations")
    return input.authorizations
      .filter(({ status }) => status === "invalid")
      .map(({ identifier }) => identifier);
  return aboutNames.has(cause) ? names.filter((name) => mentions(detail, name)) : [];
}

/** Not as a part of a longer name. */
function mentions(detail: string, name: string): boolean {
  const escaped = name.replaceAll(/[.*]/g, "\\$&");
  return new RegExp(`(?<![\\w.*-])${escaped}(?![\\w-]|\\.\\w)`, "i").test(detail);
}
