import type { Item } from "./read-declarations.ts";

/**
 * The public items and members without a docstring: `Order`, `Order.status`. What the code of a member says
 * whole needs none.
 */
export function undocumented(items: readonly Item[]): readonly string[] {
  const silent = items
    .filter(({ exported }) => exported)
    .flatMap(({ name, doc, members }) => [
      ...(doc === null ? [name] : []),
      ...members
        .filter((member) => member.doc === null && !member.saysAll)
        .map((member) => `${name}.${member.name}`),
    ]);
  // Each overload counts, but its name is told once.
  return [...new Set(silent)];
}
